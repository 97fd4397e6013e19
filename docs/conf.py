"""How Sphinx makes the site of these pages; `make docs` calls it, and a warning fails it.

Everything that a page needs lies in the site: it opens from disk, search included, and loads nothing from elsewhere.
"""

import hashlib
import sys
from pathlib import Path

import quiescent

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project, release = "quiescent", quiescent.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "sphinx_design", "generate"]
exclude_patterns = ["_build", "results", "generate"]

# Markdown. Formulas are plain text: a math renderer would have to be fetched, or shipped.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

# Tutorials run when the site is built; what they printed is kept for as long as the package stays the same.
PACKAGE = Path(quiescent.__file__).parent
SOURCES = sorted(path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
VERSION = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:16]
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "notebooks" / VERSION)
nb_execution_timeout = 600  # s, of one cell, on a machine with other work
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}

# Python.
default_role = "literal"  # of words in single backticks
toc_object_entries = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
numpydoc_show_class_members = False
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!quiescent\.).*|quiescent\.\w+\..*")]  # types of other packages, and of rooms

smartquotes_action = "q"  # but two hyphens begin an option
html_theme = "pydata_sphinx_theme"
html_title = "quiescent"
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_sidebars: dict[str, list[str]] = {"gallery": []}  # as wide as two networks side by side
html_show_sourcelink = False
html_show_search_summary = False  # a page from disk may not fetch others
html_theme_options = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "show_prev_next": False,
    "show_toc_level": 2,
    "navigation_with_keys": False,
}
