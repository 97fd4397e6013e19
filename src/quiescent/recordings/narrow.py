"""One animal of several: the part of a table, or of a file of several tables, that `task.where` asks for."""

from collections.abc import Mapping, Sequence

import numpy as np

from quiescent.errors import QuiescentError, nearest, printable
from quiescent.recordings.names import meaning
from quiescent.recordings.table import MOST_LISTED, Parts, Table

COORDS = "coords"  # the label that says which coordinate a column is; the others say whose
SERIES = "series"  # key by which a table of a file with several is chosen
MOST_ANIMALS = 100


def narrow(parts: Parts, where: str | None, path: object) -> Table:
    """Choose one animal, body part or series. Raises `QuiescentError`, which lists them, where several are left."""
    wanted = dict(word.strip().split("=", 1) for word in where.split(",")) if where else {}
    wanted = {key.strip(): value.strip() for key, value in wanted.items()}
    table = _choose_part(parts, wanted, path)
    for key, value in wanted.items():
        table = _choose(table, key, value, path)
    return _one_animal(_one_track(table, wanted, path), wanted, path)


def _choose_part(parts: Parts, wanted: dict[str, str], path: object) -> Table:
    name = wanted.pop(SERIES, None) if SERIES in wanted and (len(parts) > 1 or "" not in parts) else None
    if name is not None and name not in parts:
        raise QuiescentError(
            f"task.where={SERIES}={printable(name)}: no such series in {path}.{nearest(name, list(parts))}"
        )
    if name is not None:
        return parts[name]
    positions = [part for part, table in parts.items() if "heading" not in table.columns] or list(parts)
    if len(parts) > 1 and len(positions) > 1:
        raise QuiescentError(_several(path, SERIES, positions))
    table = parts[positions[0]]
    others = [part for part in parts if part != positions[0]]
    note = f"series '{positions[0]}' was read, not {', '.join(map(repr, others))} (task.where={SERIES}=NAME)"
    return table._replace(notes=(*table.notes, note)) if others else table


def _choose(table: Table, key: str, value: str, path: object) -> Table:
    level = _level(table, key)
    if level is not None:
        kept = [name for name in table.columns if table.labels.get(name, {}).get(level, value) == value]
        if not any(name in table.labels for name in kept):
            known = sorted({labels[level] for labels in table.labels.values() if level in labels})
            raise QuiescentError(f"task.where={key}={printable(value)}: no such one in {path}.{nearest(value, known)}")
        return table._replace(columns={name: table.columns[name] for name in kept})
    if key not in table.columns:
        known = [*sorted({level for labels in table.labels.values() for level in labels}), *table.columns]
        raise QuiescentError(f"task.where={key}={printable(value)}: {path} has no column '{key}'.{nearest(key, known)}")
    rows = _equal(table.columns[key], value)
    if not rows.any():
        known = distinct(table.columns[key])
        raise QuiescentError(f"task.where={key}={printable(value)}: not in {path}.{nearest(value, known)}")
    return table._replace(
        columns={name: column[rows] for name, column in table.columns.items()},
        lines=np.flatnonzero(rows) if table.lines is None else table.lines[rows],
    )


def _level(table: Table, key: str) -> str | None:
    levels = {level for labels in table.labels.values() for level in labels}
    return next((level for level in sorted(levels) if level.rstrip("s") == key.lower().rstrip("s")), None)


def _one_track(table: Table, wanted: Mapping[str, str], path: object) -> Table:
    """Give the columns of the only track of a labelled table the names of its coordinates."""
    labelled = {name: table.labels[name] for name in table.columns if COORDS in table.labels.get(name, {})}
    if not labelled:
        return table
    levels = dict.fromkeys(level for labels in labelled.values() for level in labels if level != COORDS)
    said = []
    for level in levels:
        values = list(dict.fromkeys(labels[level] for labels in labelled.values()))
        if len(values) > 1:
            raise QuiescentError(_several(path, level, values, wanted))
        said += [f"{level}={values[0]}"] if level != "scorer" else []
    renamed = {name: labels[COORDS] for name, labels in labelled.items()}
    note = f"track: task.where={','.join(said)}"
    return table._replace(
        columns={renamed.get(name, name): column for name, column in table.columns.items()},
        units={renamed.get(name, name): unit for name, unit in table.units.items() if name in table.columns},
        labels={},
        notes=(*table.notes, note) if said else table.notes,
    )


def _one_animal(table: Table, wanted: Mapping[str, str], path: object) -> Table:
    """Require that columns which name animals hold one."""
    for name, column in table.columns.items():
        if name not in wanted and meaning(name).role == "animal":
            animals = distinct(column)
            if 1 < len(animals) <= MOST_ANIMALS and len(animals) < table.length:
                raise QuiescentError(_several(path, name, animals, wanted))
    return table


def _several(path: object, key: str, values: Sequence[str], wanted: Mapping[str, str] = {}) -> str:
    shown = ", ".join(map(printable, values[:MOST_LISTED])) + (", ..." if len(values) > MOST_LISTED else "")
    before = "".join(f"{known}={value}," for known, value in wanted.items())
    example = f"task.where={before}{key}={printable(values[0])}"
    return (
        f"{path}: holds several tracks, told apart by '{key}' ({shown}); choose one with task.where, such as {example}."
    )


def distinct(column: np.ndarray) -> list[str]:
    """List the different values of a column as people write them, in the order in which they come."""
    values = column[np.isfinite(column)] if column.dtype.kind == "f" else column
    if column.dtype.kind == "f":
        _, first = np.unique(values, return_index=True)
        values = values[np.sort(first)]
    return [text for text in dict.fromkeys(map(_text, values)) if text]


def _equal(column: np.ndarray, value: str) -> np.ndarray:
    if column.dtype.kind == "f":
        try:
            return np.asarray(column == float(value))
        except ValueError:
            return np.zeros(len(column), bool)
    return np.array([_text(cell) == _text(value) for cell in column])


def _text(value: object) -> str:
    """Write a value so that 1, 1.0 and "1" are one."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return str(value).strip()
    if isinstance(value, float):
        return "" if value != value else f"{value:.15g}"
    return str(value)
