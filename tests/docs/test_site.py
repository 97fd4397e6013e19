"""Pages of the site: notebooks, what is loaded from elsewhere, and numbers of the explanations."""

import re
import sys
from types import SimpleNamespace

import pytest
from examples import ROOT

pytest.importorskip("sphinx", reason="the documentation is made with the extra `docs`")
pytest.importorskip("jupytext", reason="the documentation is made with the extra `docs`")
sys.path.insert(0, str(ROOT / "docs"))

import jupytext
from sphinx.errors import ExtensionError

from generate.notebooks import is_notebook, offer_notebook, write_notebooks
from generate.offline import loads_in_page, loads_in_styles, require_offline
from quiescent.controls import CONTROLS
from quiescent.measures.shape import DIVERGED, FADED
from quiescent.measures.validity import PERCENTILE, SETTLED

NOTEBOOK = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Title

Words.

```{code-cell}
1 + 1
```
"""


@pytest.fixture
def site(tmp_path):
    """Stand in for Sphinx: one tutorial in a source folder, and an empty site."""
    for name in ("source", "site"):
        (tmp_path / name / "tutorials").mkdir(parents=True)
    (tmp_path / "source" / "tutorials" / "one.md").write_text(NOTEBOOK, encoding="utf-8")
    env = SimpleNamespace(found_docs={"tutorials/one"})
    return SimpleNamespace(
        srcdir=tmp_path / "source", outdir=tmp_path / "site", env=env, builder=SimpleNamespace(format="html")
    )


def test_a_tutorial_can_be_downloaded_as_a_notebook_with_its_cells(site):
    write_notebooks(site, None)
    notebook = jupytext.read(site.outdir / "tutorials" / "one.ipynb")
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "# Title\n\nWords."),
        ("code", "1 + 1"),
    ]
    assert notebook.metadata.kernelspec.name == "python3"
    page = offer_notebook("tutorials/one", NOTEBOOK)
    assert re.findall(r'<a href="(.*?)" download>', page) == ["one.ipynb"]
    assert page.index("# Title") < page.index("download") < page.index("Words.")


def test_other_pages_are_no_notebooks():
    text = "# Title\n\n```python\n1 + 1\n```\n"
    assert not is_notebook(text)
    assert offer_notebook("how-to/one", text) == text


def test_every_tutorial_is_a_notebook():
    pages = [page for page in (ROOT / "docs" / "tutorials").glob("*.md") if page.name != "index.md"]
    assert pages
    assert [page.name for page in pages if not is_notebook(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("page", "far"),
    [
        ('<a href="https://a.org">there</a> <link rel="canonical" href="https://a.org">', []),
        ('<script src="../_static/a.js"></script><img src="data:image/png;base64,AA==">', []),
        ('<script src="https://a.org/a.js"></script>', ["https://a.org/a.js"]),
        ('<link rel="stylesheet" href="//a.org/a.css">', ["//a.org/a.css"]),
        ('<img srcset="HTTP://a.org/a.png 2x">', ["HTTP://a.org/a.png 2x"]),
        ('<iframe src="https://a.org"></iframe>', ["https://a.org"]),
        ('<p style="background: url(https://a.org/a.png)">', ["https://a.org/a.png"]),
        ("<style>@import 'https://a.org/a.css';</style>", ["https://a.org/a.css"]),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_found(page, far):
    assert loads_in_page(page) == far


def test_a_site_that_loads_anything_from_elsewhere_fails_with_page_and_address(site):
    (site.outdir / "index.html").write_text('<a href="https://a.org">there</a>', encoding="utf-8")
    require_offline(site, None)
    assert loads_in_styles("a { background: url('fonts/a.woff2') }") == []
    (site.outdir / "a.css").write_text("@font-face { src: url(https://a.org/a.woff2) }", encoding="utf-8")
    with pytest.raises(ExtensionError, match=r"a\.css: https://a\.org/a\.woff2"):
        require_offline(site, None)


def test_numbers_of_the_explanations_are_those_of_the_code():
    read = {name: (ROOT / "docs" / "explanation" / f"{name}.md").read_text(encoding="utf-8") for name in WORDS}
    for name, words in WORDS.items():
        assert [word for word in words if word not in " ".join(read[name].split())] == []
    assert (FADED, DIVERGED) == (1 / 2, 2)
    assert {name for name in CONTROLS if f"`{name}`" in read["controls"]} == set(CONTROLS)


WORDS = {
    "validity": [f"the {PERCENTILE}th percentile", f"the first {SETTLED} steps", "below half, or above twice"],
    "controls": ["fewer than five networks"],
}
