"""A site that opens from disk: whatever its pages load lies beside them."""

import re
from html.parser import HTMLParser
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

LOADING = {"src", "srcset", "poster", "data", "href"}  # attributes by which elements load; `href` of links leads only
LEADING = {"a", "area", "base"}
FAR = re.compile(r"\s*(?:https?:)?//", re.I)
IN_STYLES = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.I)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in LEADING and not (tag == "link" and ("rel", "canonical") in attrs):
            self.found += [value for name, value in attrs if value and name in LOADING and FAR.match(value)]
        self.found += [far for name, value in attrs if name == "style" for far in IN_STYLES.findall(value or "")]


def loads_in_page(text: str) -> list[str]:
    """Find what a page loads from elsewhere; where its links lead does not count."""
    parser = _Loads()
    parser.feed(text)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", text, re.S | re.I)
    return parser.found + [far for style in styles for far in loads_in_styles(style)]


def loads_in_styles(text: str) -> list[str]:
    """Find what a style sheet loads from elsewhere."""
    return IN_STYLES.findall(text)


def require_offline(app: Sphinx, failed: Exception | None) -> None:
    """Fail if a page or a style sheet of the site loads anything from elsewhere."""
    if failed or app.builder.format != "html":
        return
    far = {
        f"{path.relative_to(app.outdir)}: {address}"
        for ending, find in (("html", loads_in_page), ("css", loads_in_styles))
        for path in Path(app.outdir).rglob(f"*.{ending}")
        for address in find(path.read_text(encoding="utf-8"))
    }
    if far:
        raise ExtensionError("loaded from elsewhere, but the site has to open from disk:\n" + "\n".join(sorted(far)))
