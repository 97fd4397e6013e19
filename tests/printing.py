"""Tables as they are printed, and the law that all of them keep."""

import io

from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from quiescent.terminal.layout import show

WIDTHS = (40, 80, 200)
TEXT = st.text("ab[/]:°é東\\ ", min_size=1, max_size=12).map(str.strip).filter(bool)


def printed(*tables, width):
    console = Console(
        file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False, soft_wrap=True, color_system=None
    )
    show(console, *tables)
    return console.file.getvalue()


def require_whole(table, width):
    """Every cell stands on one line; no line is wider than the terminal unless a single cell is."""
    lines = printed(table, width=width).splitlines()
    for row in table.rows:
        for name, cell in zip(table.columns, row, strict=True):
            if name in table.sentences:
                assert all(any(word in line for line in lines) for word in cell.split())
            else:
                assert any(cell in line for line in lines)
    words = {word for text in (*table.columns[table.keys :], table.title, table.caption) for word in text.split()}
    words |= {word for row in table.rows for cell in row for word in cell.split()}
    for word in words:
        assert any(word in line for line in lines)
    keys = {f"{name} {cell}".strip() for row in table.rows for name, cell in zip(table.columns, row, strict=True)}
    unbroken = {cell for row in table.rows for cell in row} | words | set(table.columns) | keys
    assert all(cell_len(line) <= width or line.strip() in unbroken for line in lines)
