"""HDF5 files: pose trackers' tables and analyses, movement datasets, or an array per column. Nothing is unpickled."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from quiescent.recordings.pandas_h5 import is_frame, read_frame
from quiescent.recordings.table import Table, Unreadable, from_arrays, listed

SLEAP = ("node_names", "track_names", "tracks")
MOVEMENT = ("position", "time", "space")


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open a file that others wrote: without a lock, which some disks do not have."""
    with h5py.File(path, "r", locking=False) as file:
        yield file


def read_h5(path: Path) -> Table:
    """Read a file by what is in it. Raises `Unreadable` for one that holds no table known here."""
    with opened(path) as file:
        frames = [group for group in file.values() if is_frame(group)]
        if len(frames) > 1:
            raise Unreadable(f"it holds several tables: {listed(group.name for group in frames)}")
        if frames:
            return read_frame(str(path), frames[0])
        if all(name in file for name in SLEAP):
            return _read_sleap(file)
        if all(name in file for name in MOVEMENT):
            return _read_movement(file)
        arrays = {name: item for name, item in file.items() if isinstance(item, h5py.Dataset)}
        plain = {name: item[...] for name, item in arrays.items() if item.dtype.kind in "fiub"}
    if not plain:
        raise Unreadable("it holds no table of a pose tracker, no tracks, and no arrays of numbers")
    return from_arrays(plain)


def _read_sleap(file: h5py.File) -> Table:
    """Read (tracks, space, nodes, frames) of SLEAP's analysis, in pixels; a lone track may have no name."""
    points = file["tracks"][...].astype(float)
    nodes, tracks = (_texts(file[name]) for name in ("node_names", "track_names"))
    tracks = tracks or [str(k) for k in range(len(points))]
    if points.ndim != 4 or points.shape[:3] != (len(tracks), 2, len(nodes)):
        raise Unreadable(f"tracks of shape {points.shape} do not fit {len(tracks)} tracks and {len(nodes)} nodes")
    columns: dict[str, np.ndarray] = {}
    labels: dict[str, dict[str, str]] = {}
    scores = file["point_scores"][...].astype(float) if "point_scores" in file else None
    for i, track in enumerate(tracks):
        for k, node in enumerate(nodes):
            shared = {"tracks": track, "nodes": node}
            values = {"x": points[i, 0, k], "y": points[i, 1, k]}
            if scores is not None and scores.shape == (len(tracks), len(nodes), points.shape[3]):
                values["likelihood"] = scores[i, k]
            columns |= {f"{track} {node} {axis}": value for axis, value in values.items()}
            labels |= {f"{track} {node} {axis}": shared | {"coords": axis} for axis in values}
    return Table(columns, _pixels(columns), labels)


def _read_movement(file: h5py.File) -> Table:
    """Read a dataset of `movement`: position over time, space and, where there are several, keypoints, individuals."""
    position = file["position"]
    names = [dim[0].name.rpartition("/")[2].rstrip("s") if len(dim) else "" for dim in position.dims]
    if sorted(names)[-2:] != ["space", "time"] or not set(names) <= {"time", "space", "keypoint", "individual"}:
        raise Unreadable(f"position has the dimensions {listed(names)}, but needs time and space")
    order = [names.index(name) for name in ("time", "space")]
    rest = [k for k in range(len(names)) if k not in order]
    values = np.transpose(position[...].astype(float), [*order, *rest])
    axes = _texts(file["space"])
    others = [_texts(position.dims[k][0]) for k in rest]
    columns: dict[str, np.ndarray] = {}
    labels = {}
    for place in np.ndindex(*values.shape[2:]):
        shared = {names[k] + "s": others[n][at] for n, (k, at) in enumerate(zip(rest, place, strict=True))}
        for axis, label in enumerate(axes):
            name = " ".join([*shared.values(), label])
            columns[name] = values[(slice(None), axis, *place)]
            labels[name] = shared | {"coords": label}
    times = file["time"]
    unit = _text(times.attrs.get("units", file.attrs.get("time_unit", ""))).split(" since ")[0]
    unit = {"seconds": "s", "frames": "frames"}.get(unit, unit)
    fps = file.attrs.get("fps")
    units = _pixels(columns) | ({"time": unit} if unit else {})
    rate = float(np.ravel(fps)[0]) if fps is not None and unit == "frames" else None
    return Table({"time": times[...].astype(float), **columns}, units, labels, rate)


def _pixels(columns: dict[str, np.ndarray]) -> dict[str, str]:
    return {name: "px" for name in columns if not name.endswith("likelihood")}


def _texts(dataset: h5py.Dataset) -> list[str]:
    return [_text(value) for value in dataset[...].ravel()]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
