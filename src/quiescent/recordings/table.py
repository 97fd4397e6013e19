"""Tables: named columns of equal length, as a file has them, before anybody says what they mean."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from quiescent.errors import QuiescentError, printable

Columns = Mapping[str, np.ndarray]  # of numbers (NaN where missing), or of words
MOST_LISTED = 12  # names in a message


class Table(NamedTuple):
    """Columns by name, and what else the file says of them.

    A column of a file that has several tracks in it (body parts, animals) has `labels`, such as
    `{"bodyparts": "snout", "coords": "x"}`; without the last, `coords`, they tell which track it belongs to.
    """

    columns: Columns
    units: Mapping[str, str] = {}
    labels: Mapping[str, Mapping[str, str]] = {}
    rate: float | None = None  # samples per second
    named: bool = True  # False: names are the numbers of the columns, from 1
    row: str = "sample"  # what a row is called, in messages
    first: int = 1  # number of the first one in the file
    lines: np.ndarray | None = None  # of a table that was narrowed: where each of its rows stood
    notes: tuple[str, ...] = ()  # what a user should know about the reading

    @property
    def length(self) -> int:
        """Count the samples."""
        return len(next(iter(self.columns.values()), ()))

    def where(self, index: int) -> str:
        """Name a sample by its line in the file, or its number."""
        return f"{self.row} {self.first + (index if self.lines is None else int(self.lines[index]))}"


Parts = Mapping[str, Table]  # tables of one file with time axes of their own, by name


class Unreadable(Exception):  # noqa: N818 - a reason, to which the reader adds the file
    """A reason why a file cannot be read."""


def listed(names: object) -> str:
    """List names in quotes, a bearable number of them."""
    shown = [repr(printable(name)) for name in names]  # type: ignore[attr-defined]
    more = f" and {len(shown) - MOST_LISTED} more" if len(shown) > MOST_LISTED else ""
    return (", ".join(shown[:MOST_LISTED]) or "none") + more


def numbers(table: Table, name: str, path: object) -> np.ndarray:
    """Take a column of numbers. Raises `QuiescentError`, which names the first cell that is a word."""
    values = table.columns[name]
    if values.dtype.kind == "f":
        return values
    for index, value in enumerate(values):
        if isinstance(value, str) and not _is_number(value):
            raise QuiescentError(f"{path}: {table.where(index)}: {printable(value.strip())!r} is not a number.")
    return np.array([float(value) if isinstance(value, str) else np.nan for value in values])


def from_arrays(arrays: Mapping[str, np.ndarray]) -> Table:
    """Make a table of arrays with one row per sample; those of two or three columns become `NAME x`, `NAME y`, ...

    The number of samples is that of `t`, `time` or else the longest; arrays of other lengths are left out.
    Raises `Unreadable` if `t` and `pos` differ in length.
    """
    whole = {name: array for name, array in arrays.items() if array.ndim >= 1 and array.dtype.kind in "fiub"}
    times = next((whole[name] for name in ("t", "time", "times", "timestamps") if name in whole), None)
    length = times.size if times is not None else max((len(array) for array in whole.values()), default=0)
    columns: dict[str, np.ndarray] = {}
    for name, array in whole.items():
        if array is times:
            array = array.ravel()
        if len(array) != length or array.ndim > 2:
            if name in ("pos", "position", "positions", "x", "y"):
                shapes = f"{length} times and {name} of shape {array.shape}"
                raise Unreadable(f"needs one row per sample in all arrays, but has {shapes}")
            continue
        if array.ndim == 1 or array.shape[1] == 1:
            columns[name] = array.reshape(-1).astype(float)
        elif array.shape[1] <= 3:
            columns |= {f"{name} {axis}": array[:, k].astype(float) for k, axis in enumerate("xyz"[: array.shape[1]])}
    return Table(columns)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
