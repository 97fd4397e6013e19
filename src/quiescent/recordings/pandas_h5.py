"""Tables that pandas stored in HDF5, as pose trackers do: read by h5py, since pandas runs what is pickled there."""

from collections.abc import Sequence

import h5py
import numpy as np

from quiescent.machine.pickles import read_pickle
from quiescent.recordings.table import Table, Unreadable

KINDS = ("frame", "frame_table")
LEVELS = {4: ("scorer", "individuals", "bodyparts", "coords"), 3: ("scorer", "bodyparts", "coords")}


def is_frame(group: object) -> bool:
    """Tell whether a group holds a table that pandas stored."""
    return isinstance(group, h5py.Group) and _text(group.attrs.get("pandas_type", b"")) in KINDS


def read_frame(name: str, group: h5py.Group) -> Table:
    """Read a table, stored in pandas' `table` or `fixed` format. Raises `Unreadable` for one of another shape."""
    labels, values, index = _table(name, group) if "table" in group else _fixed(group)
    if len(labels) != values.shape[1] or len(index) != len(values):
        raise Unreadable(f"{group.name} has {len(labels)} names for {values.shape[1]} columns")
    columns = {"frame": index} | {" ".join(label): values[:, k] for k, label in enumerate(labels)}
    units = {"frame": "frames"}
    described = {}
    for label in labels:
        levels = LEVELS.get(len(label))
        if levels:
            described[" ".join(label)] = dict(zip(levels, label, strict=True))
            units |= {} if label[-1] == "likelihood" else {" ".join(label): "px"}
    return Table(columns, units, described)


def _table(name: str, group: h5py.Group) -> tuple[list[tuple[str, ...]], np.ndarray, np.ndarray]:
    table = group["table"]
    rows = table[...]
    blocks = sorted(field for field in rows.dtype.names if field.startswith("values_block_"))
    labels: list[tuple[str, ...]] = []
    for block in blocks:
        data = table.attrs.get(f"{block}_kind")
        if not isinstance(data, bytes | np.bytes_):
            raise Unreadable(f"{group.name} does not name its columns")
        labels += _labels(read_pickle(name, bytes(data), stand_ins={}))
    values = np.concatenate([rows[block].reshape(len(rows), -1) for block in blocks], axis=1)
    return labels, values.astype(float), rows["index"].astype(float)


def _labels(names: object) -> list[tuple[str, ...]]:
    if not isinstance(names, list | tuple):
        raise Unreadable("its names of columns are not a list")
    return [tuple(map(str, name)) if isinstance(name, list | tuple) else (str(name),) for name in names]


def _fixed(group: h5py.Group) -> tuple[list[tuple[str, ...]], np.ndarray, np.ndarray]:
    labels: list[tuple[str, ...]] = []
    parts = []
    for k in range(int(group.attrs.get("nblocks", 1))):
        labels += _items(group, f"block{k}_items")
        block = group[f"block{k}_values"]
        values = block[...]
        transposed = bool(np.ravel(block.attrs.get("transposed", False))[0])
        parts.append(values if transposed or values.shape[0] == len(group["axis1"]) else values.T)
    return labels, np.concatenate(parts, axis=1).astype(float), group["axis1"][...].astype(float)


def _items(group: h5py.Group, name: str) -> list[tuple[str, ...]]:
    if name in group:
        return [(_text(item),) for item in group[name][...]]
    levels = _sorted(group, f"{name}_level")
    codes = _sorted(group, f"{name}_label") or _sorted(group, f"{name}_code")
    return list(
        zip(*([_text(level[code]) for code in place] for level, place in zip(levels, codes, strict=True)), strict=True)
    )


def _sorted(group: h5py.Group, prefix: str) -> Sequence[np.ndarray]:
    return [group[key][...] for key in sorted(group) if key.startswith(prefix)]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
