"""Dialects of text tables: separator, decimal sign, header rows, found in the first lines of a file."""

import csv
import re
from collections.abc import Sequence
from typing import NamedTuple

from quiescent.recordings.table import Unreadable, listed
from quiescent.recordings.units import unit_of

SEPARATORS = ("\t", ";", "|", ",", r"\s+")  # in the order of how seldom they stand in a cell
MISSING = {"", "na", "n/a", "nan", "null", "none", "#n/a", "-nan", "<na>", "inf", "-inf", "-", "--"}
POSE = ("scorer", "individuals", "bodyparts", "coords")  # first cells of a pose tracker's header rows
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+")


class Dialect(NamedTuple):
    """How the lines of a table are read."""

    separator: str
    decimal: str
    names: tuple[str, ...]
    header: bool  # False: the names are the numbers of the columns
    units: tuple[str | None, ...]
    levels: tuple[tuple[str, tuple[str, ...]], ...]  # of a pose tracker: header rows by their first cell
    skipped: int  # lines before the first sample
    preamble: int  # of them, lines before the header


class _Split(NamedTuple):
    """Lines split at a separator, and how well that fits."""

    fit: tuple[float, int, bool]
    separator: str
    decimal: str
    rows: list[list[str]]
    start: int  # the first row of samples


def sniff(lines: Sequence[str]) -> Dialect:
    """Find the dialect of a table in its first lines. Raises `Unreadable`, with the reason."""
    kept = [(at, line) for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(("#", "%"))]
    if not kept:
        raise Unreadable("no samples")
    options = [option for separator in SEPARATORS for decimal in ".," if (option := _try(kept, separator, decimal))]
    if not options:
        return _single(kept)
    _, separator, decimal, rows, start = max(options, key=lambda option: option.fit)
    if decimal == ",":
        _require_decimals(rows[start:])
    width = len(rows[start])
    even = [len(row) == width for row in rows[:start]]
    above = [row for row, fits in zip(rows, even, strict=False) if fits]
    if even != sorted(even):
        raise Unreadable("its header cannot be told from other lines above the first numbers")
    if even and not above and len(rows[start - 1]) > 1:
        raise Unreadable(_other_width(rows, kept, start, separator, decimal))
    skipped, preamble = kept[start][0], even.count(False)
    levels = tuple((row[0].lower(), tuple(row)) for row in above if row[0].lower() in POSE)
    if levels and len(levels) == len(above) and levels[-1][0] == "coords":
        return Dialect(separator, decimal, _pose_names(levels), True, (None,) * width, levels, skipped, preamble)
    return _named(_commented(lines, kept[0][0], above, separator, width), width, separator, decimal, skipped, preamble)


def _other_width(
    rows: Sequence[Sequence[str]], kept: Sequence[tuple[int, str]], start: int, separator: str, decimal: str
) -> str:
    last, line, width = rows[start - 1], kept[start][0] + 1, len(rows[start])
    if any(is_number(cell, decimal) for cell in last):
        return f"line {line}: {width} columns, but line {kept[start - 1][0] + 1} has {len(last)}"
    commas = ": decimal commas in a table that is separated by commas?" if separator == "," else ""
    return f"line {kept[start - 1][0] + 1} has {len(last)} names, but line {line} has {width} cells{commas}"


def _named(
    above: Sequence[Sequence[str]], width: int, separator: str, decimal: str, skipped: int, preamble: int
) -> Dialect:
    units: tuple[str | None, ...] = (None,) * width
    above = list(above)
    filled = [cell for cell in above[-1] if cell] if above else []
    if len(above) > 1 and sum(unit_of(cell) is not None for cell in filled) > len(filled) / 2:
        units = tuple(unit_of(cell) for cell in above.pop())
    if len(above) > 1:
        raise Unreadable(f"{len(above)} rows stand above the first numbers, of which one should be a header")
    names = tuple(above[0]) if above else tuple(str(k + 1) for k in range(width))
    names = tuple(name or ("index" if k == 0 else f"column {k + 1}") for k, name in enumerate(names))
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise Unreadable(f"several columns have the same name: {listed(twice)}")
    return Dialect(separator, decimal, names, bool(above), units, (), skipped, preamble)


def _commented(
    lines: Sequence[str], first: int, above: Sequence[Sequence[str]], separator: str, width: int
) -> Sequence[Sequence[str]]:
    # A header may stand in the last line of comments.
    comments = [line.lstrip(" #%") for line in lines[:first] if line.lstrip(" ").startswith(("#", "%"))]
    if above or not comments:
        return above
    row = cells_of(comments[-1], separator)
    return [row] if len(row) == width and not any(is_number(cell, ".") for cell in row) else []


def _single(kept: Sequence[tuple[int, str]]) -> Dialect:
    start = next((at for at, line in kept if is_number(line.strip(), ".")), None)
    if start is None:
        raise Unreadable("no samples")
    names = tuple(line.strip() for at, line in kept if at < start)
    return Dialect(",", ".", names[-1:] or ("1",), bool(names), (None,), (), start, max(len(names) - 1, 0))


def _try(kept: Sequence[tuple[int, str]], separator: str, decimal: str) -> _Split | None:
    """Split lines at a separator; how well that fits is the fraction of numbers among the cells of most lines."""
    rows = [cells_of(line, separator) for _, line in kept]
    widths = [len(row) for row in rows[len(rows) // 2 :]]
    width = max(set(widths), key=widths.count)
    if width < 2 or (decimal == separator and not any("," in cell for row in rows for cell in row)):
        return None
    full = [row for row in rows if len(row) == width]
    start = next(
        (k for k, row in enumerate(rows) if len(row) == width and _is_data(row, decimal)),
        None,
    )
    if start is None:
        return None
    cells = [cell for row in full if _is_data(row, decimal) for cell in row]
    good = sum(is_number(cell, decimal) or cell.lower() in MISSING for cell in cells) / len(cells)
    even = len(full) / len(rows)
    fit = (good * even, -SEPARATORS.index(separator), decimal == ".")
    return _Split(fit, separator, decimal, rows, start)


def _is_data(row: Sequence[str], decimal: str) -> bool:
    return row[0].lower() not in POSE and any(is_number(cell, decimal) for cell in row)


def _pose_names(levels: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    rows = [row[1:] for kind, row in levels if kind != "scorer"]
    names = [" ".join(part for part in parts if part) for parts in zip(*rows, strict=True)]
    if len(set(names)) < len(names):  # several scorers
        names = [" ".join(parts) for parts in zip(*(row[1:] for _, row in levels), strict=True)]
    return ("frame", *names)


def _require_decimals(rows: Sequence[Sequence[str]]) -> None:
    with_comma = [cell for row in rows for cell in row if "," in cell]
    if with_comma and all(THOUSANDS.fullmatch(cell) for cell in with_comma):
        raise Unreadable(f"{with_comma[0]!r} may have a decimal comma or be in thousands; write it without the comma")


def cells_of(line: str, separator: str) -> list[str]:
    """Split a line into cells, of which quoted ones may hold the separator."""
    line = line.rstrip("\r\n")
    if separator == r"\s+":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]


def is_number(cell: str, decimal: str) -> bool:
    """Tell whether a cell is a number, NaN left out, with a decimal sign."""
    if decimal == ",":
        if "." in cell or cell.count(",") > 1:
            return False
        cell = cell.replace(",", ".")
    try:
        return float(cell) == float(cell) and "_" not in cell
    except ValueError:
        return False
