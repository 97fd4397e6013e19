"""Markdown that several parts are made of."""

from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; a cell may have any Markdown that stands on one line."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def code(text: str) -> str:
    """Write a word as code; an empty one stays empty."""
    return f"`{text}`" if text else ""


def codes(words: Iterable[str]) -> str:
    """Write several words as code, with commas."""
    return ", ".join(map(code, words))


def section(level: int, title: str, *paragraphs: str, label: str = "") -> str:
    """Write a heading, which `label` can be linked to, and what stands below it."""
    anchor = [f"({label})="] if label else []
    return "\n".join([*anchor, f"{'#' * level} {title}", "", "\n\n".join(filter(None, paragraphs)), ""])
