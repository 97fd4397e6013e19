"""Tables for a terminal of any width: laid out in few lines, without breaking a word or a number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

GAP = 2  # spaces between columns
INDENT = 2  # spaces before what stands below a heading
NARROWEST = 24  # characters of a column of sentences, at least


@dataclass(frozen=True)
class Table:
    """Rows of cells below the names of their columns.

    The first `keys` columns say what a row is about; all but the last of them are printed only where they change. Cells
    in the columns named in `sentences` may go on in the next line between words. No other cell is broken, even if it is
    wider than the terminal.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    keys: int = 1
    sentences: Sequence[str] = ()
    title: str = ""
    caption: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        text = Text(no_wrap=True, overflow="ignore", end="")
        for line in lay_out(self, options.max_width):
            text.append(line.text, "bold" if line.heading else None).append("\n")
        yield text


class Line(NamedTuple):
    """One line of a table that was laid out; headings are printed bold."""

    text: str
    heading: bool = False


def show(console: Console, *tables: Table) -> None:
    """Print tables, each below an empty line; the terminal itself wraps the few lines that are wider than it is."""
    for table in tables:
        console.print()
        console.print(table, soft_wrap=True, end="")


def lay_out(table: Table, width: int) -> list[Line]:
    """Lay a table out for a width (characters): as a grid or, where that is too wide, in the shortest shape that fits.

    The other shapes are a grid whose first column is printed as headings above the rest, grids that share out the
    columns and repeat the keys, and lists of one value a line.
    """
    title, caption = (_wrapped(text, width) for text in (table.title, table.caption))
    parts = _share_out(table, width)
    if len(parts) == 1:
        body = _grid(parts[0], width)
    else:
        below = _share_out(table, width, headed=True) if table.keys else []
        if table.keys == 1 and len(below) > 1:
            below = []  # every row would have its heading several times
        shapes = [
            _stacked(_grid(part, width) for part in parts),
            _stacked(_grid(part, width, headed=True) for part in below),
            _list(table, width),
        ]
        body = min((shape for shape in shapes if shape), key=len)
    return [*(Line(text, heading=True) for text in title), *body, *(Line(text) for text in caption)]


def _share_out(table: Table, width: int, *, headed: bool = False) -> list[Table]:
    """Share the columns out among few tables that fit, all with the keys; none if a single column is already too wide.

    In a `headed` grid the first key takes no room.
    """
    widths, room = _least_widths(table), width - INDENT if headed else width
    keys, values = list(range(table.keys)), range(table.keys, len(table.columns))

    def fits(part: Sequence[int]) -> bool:
        return _total([widths[column] for column in (*keys[headed:], *part)]) <= room

    parts: list[list[int]] = [[]]
    for column in values:
        if parts[-1] and not fits([*parts[-1], column]):
            parts.append([])
        parts[-1].append(column)
    # As many columns in each as in the others, if they still fit: what belongs together then mostly stays together.
    number = -(-len(values) // len(parts))
    even = [list(values[first : first + number]) for first in range(0, len(values), number)] if number else parts
    parts = even if all(map(fits, even)) else parts
    return [_only(table, [*keys, *part]) for part in parts] if all(map(fits, parts)) else []


def _only(table: Table, chosen: Sequence[int]) -> Table:
    rows = [[row[k] for k in chosen] for row in table.rows]
    return replace(table, columns=[table.columns[k] for k in chosen], rows=rows)


def _grid(table: Table, width: int, *, headed: bool = False) -> list[Line]:
    """Draw a table as a grid; `headed` prints the first key as a heading above its rows."""
    indent = INDENT if headed else 0
    columns = table.columns[headed:]
    rights = [all(_is_number(row[column]) for row in table.rows) for column in range(headed, len(table.columns))]
    widths = _widths(_only(table, range(headed, len(table.columns))), width - indent)
    names = [_wrapped(name, room) for name, room in zip(columns, widths, strict=True)]
    height = max(map(len, names), default=0)
    header = _aligned([[""] * (height - len(name)) + name for name in names], widths, rights, indent)
    lines = [Line(text, heading=True) for text in ([table.columns[0]] if headed else []) + header]
    lines.append(Line("─" * (indent + _total(widths))))
    before: Sequence[str] = ()
    for row in table.rows:
        repeated = _repeated(before, row, table.keys)
        if headed and not repeated:
            lines.append(Line(row[0], heading=True))
        cells = [*([""] * repeated), *row[repeated:]][headed:]
        broken = [
            _wrapped(cell, room) if name in table.sentences else [cell]
            for name, cell, room in zip(columns, cells, widths, strict=True)
        ]
        lines += map(Line, _aligned(broken, widths, rights, indent))
        before = row
    return lines


def _list(table: Table, width: int) -> list[Line]:
    """Write one value a line, each below the keys that it belongs to."""
    values = table.columns[table.keys :]
    widest = max(map(cell_len, values), default=0)
    lines: list[Line] = []
    before: Sequence[str] = ()
    for row in table.rows:
        repeated = _repeated(before, row, table.keys)
        for level in range(repeated, table.keys):
            key = row[level]
            named = f"{table.columns[level]} {key}".strip() if _is_number(key) else key
            lines.append(Line(" " * INDENT * level + named, heading=True))
        margin = " " * INDENT * table.keys
        for name, cell in zip(values, row[table.keys :], strict=True):
            label = _padded(name, widest + GAP)
            if cell_len(margin + label + cell) <= width:
                lines.append(Line(margin + label + cell))
            elif cell:
                pieces = _wrapped(cell, width - len(margin) - INDENT) if name in table.sentences else [cell]
                lines += [Line(margin + name), *(Line(margin + " " * INDENT + piece) for piece in pieces)]
        before = row
    return lines


def _stacked(parts: Iterable[Sequence[Line]]) -> list[Line]:
    stacked: list[Line] = []
    for part in parts:
        stacked += [Line(""), *part] if stacked else part
    return stacked


def _repeated(before: Sequence[str], row: Sequence[str], keys: int) -> int:
    """Count the leading keys of a row that are those of the row before; its last key is always printed."""
    return next((key for key in range(keys - 1) if not before or before[key] != row[key]), max(0, keys - 1))


def _least_widths(table: Table) -> list[int]:
    """Find the width below which each column would break a word: of a sentence, or of its name, or a cell."""
    widths = []
    for column, name in enumerate(table.columns):
        cells = [row[column] for row in table.rows]
        words = max(map(cell_len, name.split()), default=0)
        longest = max(map(cell_len, cells), default=0)
        if name in table.sentences:
            longest = max([min(longest, NARROWEST), *(cell_len(word) for cell in cells for word in cell.split())])
        widths.append(max(words, longest))
    return widths


def _widths(table: Table, width: int) -> list[int]:
    """Give columns their least widths, sentences what is left, and names their own width if all have room for them."""
    widths = _least_widths(table)
    wide = [max(least, cell_len(name)) for least, name in zip(widths, table.columns, strict=True)]
    widths = wide if _total(wide) <= width else widths
    for column, name in enumerate(table.columns):
        if name in table.sentences:
            longest = max((cell_len(row[column]) for row in table.rows), default=0)
            room = width - _total(widths) + widths[column]
            widths[column] = max(widths[column], min(longest, room))
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(0, len(widths) - 1)


def _aligned(cells: Sequence[Sequence[str]], widths: Sequence[int], rights: Sequence[bool], indent: int) -> list[str]:
    """Put columns of lines side by side."""
    height = max(map(len, cells), default=0)
    full = [[*column, *[""] * (height - len(column))] for column in cells]
    rows = (zip(row, widths, rights, strict=True) for row in zip(*full, strict=True))
    return [
        (" " * indent + (" " * GAP).join(_padded(cell, width, right) for cell, width, right in row)).rstrip()
        for row in rows
    ]


def _padded(text: str, width: int, right: bool = False) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text between words into lines of at most a width, where its words allow it."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in re.findall(r"\s*\S+", paragraph):
            if line and cell_len(line + word) > width:  # some characters are two wide
                lines.append(line)
                line = word.lstrip()
            else:
                line += word
        lines += [line] if line else []
    return lines


def _is_number(cell: str) -> bool:
    return re.match(r"[-+±]?\d|-?$", cell) is not None
