"""Parts of pages that are made from the code when the site is built. One function and one line in `PARTS` per part.

A page has a part where it says `<!-- from the code: NAME -->`, on a line of its own.
"""

import re
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx

import quiescent
from generate.commands import commands
from generate.configurations import configurations
from generate.figures import figures
from generate.gallery import write_dreams
from generate.measures import controls, measures
from generate.notebooks import offer_notebook, write_notebooks
from generate.offline import require_offline
from generate.python import exported
from generate.settings import allocation_settings, run_settings

PARTS: dict[str, Callable[[], str]] = {
    "measures": measures,
    "controls": controls,
    "figures": figures,
    "commands": commands,
    "configurations": configurations,
    "run_settings": run_settings,
    "allocation_settings": allocation_settings,
    "exported": exported,
}
PLACE = re.compile(r"^<!-- from the code: (\w+) -->$", re.M)


def fill(text: str) -> str:
    """Put every part into its place in a page."""
    return PLACE.sub(lambda match: PARTS[match[1]](), text)


def _read(_app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = offer_notebook(name, fill(source[0]))


def _outdated(app: Sphinx, env: object, *_: object) -> list[str]:
    """Pages with parts are as old as the code."""
    pages = {name: Path(app.srcdir, f"{name}.md") for name in app.project.docnames}
    newest = max(path.stat().st_mtime for path in Path(quiescent.__file__).parent.rglob("*.*"))
    return [
        name
        for name, path in pages.items()
        if PLACE.search(path.read_text(encoding="utf-8")) and app.env.all_docs.get(name, 0) / 1e6 < newest
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill pages as Sphinx reads them, write notebooks and the live page, and require that nothing is fetched."""
    app.connect("source-read", _read)
    app.connect("env-get-outdated", _outdated)
    app.connect("build-finished", write_notebooks)
    app.connect("build-finished", write_dreams)
    app.connect("build-finished", require_offline)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
