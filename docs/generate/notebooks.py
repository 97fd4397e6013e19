"""Tutorials as notebooks: each is a page whose cells run when the site is built, and a file to download."""

import re
from pathlib import Path

import jupytext
from sphinx.application import Sphinx

HEADER = re.compile(r"\A---\n.*?^kernelspec:.*?^---\n", re.M | re.S)
FIRST_TITLE = re.compile(r"^# .+\n", re.M)


def is_notebook(text: str) -> bool:
    """Tell whether a page is a notebook: it says so in its header."""
    return bool(HEADER.match(text))


def offer_notebook(name: str, text: str) -> str:
    """Put a link to the notebook below the title of a page that is one."""
    if not is_notebook(text):
        return text
    file = f"{name.rpartition('/')[2]}.ipynb"
    link = f'\n<p><a href="{file}" download>Download this page as a notebook</a></p>\n'
    return FIRST_TITLE.sub(lambda match: match[0] + link, text, count=1)


def write_notebooks(app: Sphinx, failed: Exception | None) -> None:
    """Write every tutorial as a notebook beside its page, without outputs."""
    if failed or app.builder.format != "html":
        return
    for name in app.env.found_docs:
        page = Path(app.srcdir, f"{name}.md")
        text = page.read_text(encoding="utf-8")
        if is_notebook(text):
            jupytext.write(jupytext.reads(text, fmt="md:myst"), Path(app.outdir, f"{name}.ipynb"))
