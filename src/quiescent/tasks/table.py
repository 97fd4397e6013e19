"""Tables of times and positions, from files."""

import itertools
import math
from array import array
from pathlib import Path

import numpy as np

from quiescent.errors import QuiescentError


def read_table(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the times and positions of a recording from its file, with NaN for what is missing.

    Raises `QuiescentError` if it cannot be read, or holds anything else.
    """
    kind = path.suffix.lower()
    if kind not in (".npz", ".csv"):
        raise QuiescentError(f"task.path={path}: must be an .npz or a .csv file.")
    try:
        table = _read_npz(path) if kind == ".npz" else read_csv(path)
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise QuiescentError(f"{path}: cannot be read ({' '.join(str(error).split())}).") from None
    except Exception as error:  # a damaged archive raises errors of zlib, zipfile or struct
        raise QuiescentError(f"{path}: is damaged ({' '.join(str(error).split())}).") from None
    if table.shape[1] not in (2, 3):
        raise QuiescentError(f"{path}: needs times and 1 or 2 coordinates, but has {table.shape[1]} column(s).")
    return table[:, 0], table[:, 1:]


def _read_npz(path: Path) -> np.ndarray:
    with np.load(path, allow_pickle=False) as file:
        missing = {"t", "pos"} - set(file.files)
        if missing:
            raise ValueError(f"needs arrays 't' and 'pos', but has {', '.join(map(repr, file.files)) or 'none'}")
        times, positions = file["t"].astype(float).ravel(), file["pos"].astype(float)
    positions = positions[:, None] if positions.ndim == 1 else positions
    if positions.ndim != 2 or len(times) != len(positions):
        raise ValueError(f"'t' and 'pos' must have one row per sample, but have {times.shape} and {positions.shape}")
    return np.column_stack([times, positions])


def read_csv(path: Path) -> np.ndarray:
    """Read a table of numbers, with or without a line of names, whose cells may be empty. Raises `ValueError`."""
    with path.open(encoding="utf-8-sig") as file:
        first = list(itertools.islice(((at, line) for at, line in enumerate(file) if line.strip()), 2))
    header = bool(first) and not _is_number(first[0][1].split(",")[0])
    if len(first) <= header:
        raise ValueError("no samples")
    try:  # several times as fast
        with path.open(encoding="utf-8-sig") as file:
            return np.loadtxt(file, delimiter=",", skiprows=first[header][0], comments=None, ndmin=2)
    except ValueError:
        return _read_cells(path, header)


def _read_cells(path: Path, header: bool) -> np.ndarray:
    """Read a table in which cells may be empty; raises `ValueError`, which names the line, for a cell of words."""
    numbers, columns = array("d"), 0
    with path.open(encoding="utf-8-sig") as file:
        lines = enumerate(filter(str.strip, file), start=1)
        for number, line in itertools.islice(lines, int(header), None):
            cells = line.split(",")
            bad = next((cell for cell in cells if cell.strip() and not _is_number(cell)), None)
            if bad is not None:
                raise ValueError(f"line {number}: {bad.strip()!r} is not a number")
            columns = columns or len(cells)
            if len(cells) != columns:
                raise ValueError(f"line {number}: {len(cells)} columns, but line {1 + header} has {columns}")
            numbers.extend(float(cell) if cell.strip() else math.nan for cell in cells)
    return np.frombuffer(numbers).reshape(-1, columns)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
