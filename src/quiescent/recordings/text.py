"""Tables of text: csv, tsv and txt of any dialect, packed by gzip or not, and pose trackers' exports."""

import gzip
import io
import itertools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from quiescent.recordings.dialect import MISSING, Dialect, cells_of, sniff
from quiescent.recordings.table import Table, Unreadable

LOOKED_AT = 200  # lines in which the dialect is found
CHUNK = 1 << 22  # bytes
ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))  # by first bytes


def read_text(path: Path) -> Table:
    """Read a table of text. Raises `Unreadable`, which names the line, for one that is not even."""
    encoding = _encoding(path)
    with _opened(path, encoding) as file:
        dialect = sniff(list(itertools.islice(file, LOOKED_AT)))
    try:
        with _opened(path, encoding) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # words among numbers are told by their line, later
            frame = pd.read_csv(
                file,
                sep=dialect.separator,
                decimal=dialect.decimal,
                header=None,
                names=[str(k) for k in range(len(dialect.names) + 1)],  # one more, to see what stands beyond
                skiprows=dialect.skipped,
                skip_blank_lines=False,
                skipinitialspace=True,
                na_values=[*MISSING, *(word.upper() for word in MISSING)],
                index_col=False,
            )
    except pd.errors.ParserError:
        raise Unreadable(_uneven(path, encoding, dialect)) from None
    if frame.pop(str(len(dialect.names))).notna().any() or not _is_even(path, encoding, dialect, len(frame)):
        raise Unreadable(_uneven(path, encoding, dialect))
    columns = {name: _column(frame.pop(str(k))) for k, name in enumerate(dialect.names)}
    return Table(
        columns,
        units=_units(dialect),
        labels=_labels(dialect),
        named=dialect.header,
        row="line",
        first=dialect.skipped + 1,
        notes=(f"{dialect.preamble} lines above the header were left out",) if dialect.preamble else (),
    )


def _units(dialect: Dialect) -> dict[str, str]:
    if dialect.levels:
        return {name: "px" for name in dialect.names[1:] if not name.endswith("likelihood")} | {"frame": "frames"}
    return {name: unit for name, unit in zip(dialect.names, dialect.units, strict=True) if unit}


def _labels(dialect: Dialect) -> dict[str, dict[str, str]]:
    if not dialect.levels:
        return {}
    cells = zip(*(row[1:] for _, row in dialect.levels), strict=True)
    kinds = [kind for kind, _ in dialect.levels]
    return {name: dict(zip(kinds, labels, strict=True)) for name, labels in zip(dialect.names[1:], cells, strict=True)}


def _column(values: "pd.Series[float]") -> np.ndarray:
    if values.dtype.kind in "fiub":
        return values.to_numpy(float)
    return values.to_numpy(object)


def _is_even(path: Path, encoding: str, dialect: Dialect, rows: int) -> bool:
    """Tell whether no line has too few cells, which pandas fills up; lines of quoted cells are looked at one by one."""
    if dialect.separator == r"\s+" or encoding == "utf-16":
        return _first_uneven(path, encoding, dialect) is None
    separators = 0
    with _raw(path) as raw:
        for _ in range(dialect.skipped):
            raw.readline()
        full = (len(dialect.names) - 1) * rows
        while data := raw.read(CHUNK):
            separators += data.count(dialect.separator.encode())
    return separators == full or _first_uneven(path, encoding, dialect) is None


def _uneven(path: Path, encoding: str, dialect: Dialect) -> str:
    place = _first_uneven(path, encoding, dialect)
    if place is None:
        return "its lines do not all have the same cells"
    line, cells = place
    return f"line {line}: {cells} columns, but line {dialect.skipped + 1} has {len(dialect.names)}"


def _first_uneven(path: Path, encoding: str, dialect: Dialect) -> tuple[int, int] | None:
    with _opened(path, encoding) as file:
        for number, line in enumerate(file, start=1):
            if number > dialect.skipped and line.strip():
                cells = cells_of(line, dialect.separator)
                if len(cells) != len(dialect.names):
                    return number, len(cells)
    return None


@contextmanager
def _raw(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        yield gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[misc]


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    with _raw(path) as raw:
        yield io.TextIOWrapper(raw, encoding=encoding, newline="")


def _encoding(path: Path) -> str:
    with _raw(path) as raw:
        first = raw.read(1 << 16)
    for mark, encoding in ENCODINGS:
        if first.startswith(mark):
            return encoding
    if b"\0" in first:
        raise Unreadable("it is no text")
    try:
        first[: first.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"  # of spreadsheets, whose headers have signs such as µ
    return "utf-8"
