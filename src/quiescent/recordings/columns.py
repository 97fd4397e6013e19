"""Which column is what: as it was given, or as its name says; what is unclear is an error that names the setting."""

from collections.abc import Mapping
from typing import NamedTuple

from quiescent.errors import QuiescentError, nearest, printable
from quiescent.recordings.names import Meaning, Role, meaning
from quiescent.recordings.settings import ColumnSettings
from quiescent.recordings.table import Table, listed


class Chosen(NamedTuple):
    """The columns of a recording by what they are, and what was guessed."""

    time: str | None  # None: samples are evenly spaced
    points: tuple[str, ...]  # coordinates, or one heading, or both coordinates of its unit vectors
    heading: bool
    likelihood: str | None
    said: tuple[str, ...]


def choose(table: Table, columns: ColumnSettings, path: object, *, fps: bool, period: bool) -> Chosen:
    """Choose columns. `fps`: the rate is known; `period`: the coordinate is circular.

    Raises `QuiescentError`, which names the setting and lists the columns.
    """
    given = {role: name for role, name in columns.model_dump().items() if name is not None}
    found = _in_order(table, given, path) if not table.named else {name: meaning(name) for name in table.columns}
    found |= {name: found[name]._replace(role="other") for name in given.values() if name in found}
    likelihood = _known(table, given["likelihood"], "likelihood", path) if "likelihood" in given else None
    likelihood = likelihood or _only(_with(found, "likelihood"))
    time = _time(table, given, found, path, fps)
    heading, points = _points(table, given, found, path, period)
    chosen = {time, *points, likelihood, *given.values()}
    unused = [name for name in table.columns if name not in chosen and found[name].role != "frame" and name != "index"]
    said = [f"columns not used: {listed(unused)}"] if unused else []
    if not table.named:
        said.insert(0, "no header: columns were taken in the order time, x, y")
    return Chosen(time, points, heading, likelihood, tuple(said))


def _in_order(table: Table, given: Mapping[str, str], path: object) -> dict[str, Meaning]:
    """Give the columns of a table without a header the order time, x, y."""
    names = list(table.columns)
    if len(names) not in (2, 3) and not {"time", "x"} <= given.keys():
        raise QuiescentError(
            f"{path}: needs times and 1 or 2 coordinates, but has {len(names)} column(s) without names. "
            "Give their numbers: task.columns.time=1 task.columns.x=2 task.columns.y=3."
        )
    roles: list[Role] = ["time", "x" if len(names) > 2 else "line", "y"]
    if given.keys() & {"time", "x", "y", "heading"}:
        roles = []
    return {name: Meaning(role) for name, role in zip(names, [*roles, *["other"] * len(names)], strict=False)}  # type: ignore[arg-type]


def _time(table: Table, given: Mapping[str, str], found: Mapping[str, Meaning], path: object, fps: bool) -> str | None:
    if "time" in given:
        return _known(table, given["time"], "time", path)
    times, frames = _with(found, "time"), _with(found, "frame")
    if len(times) > 1:
        raise QuiescentError(f"{path}: {listed(times)} may be the time; choose one with task.columns.time.")
    if times:
        return times[0]
    if len(frames) == 1:
        return frames[0]
    if fps or table.rate:
        return None
    raise QuiescentError(
        f"{path}: no column is known as time among {listed(table.columns)}{_noted(table)}. "
        "Set task.columns.time, or task.fps (samples per second) if samples are evenly spaced."
    )


def _points(
    table: Table, given: Mapping[str, str], found: Mapping[str, Meaning], path: object, period: bool
) -> tuple[bool, tuple[str, ...]]:
    if "heading" in given:
        if {"x", "y"} & given.keys():
            raise QuiescentError("task.columns.heading is tracked in place of task.columns.x and y; give one of both.")
        name = given["heading"]
        vectors = tuple(f"{name} {axis}" for axis in "xy")
        if name not in table.columns and all(vector in table.columns for vector in vectors):
            return True, vectors
        return True, (_known(table, name, "heading", path),)
    if "x" in given or "y" in given:
        return False, tuple(_known(table, given[axis], axis, path) for axis in "xy" if axis in given)
    pair = _pair(found, path)
    lines, headings = _with(found, "line"), _with(found, "heading")
    if pair:
        return False, pair
    if len(lines) == 1:
        return False, (lines[0],)
    if not lines and len(headings) == 1:
        return True, (headings[0],)
    if len(headings) > 1 and not lines:
        raise QuiescentError(f"{path}: {listed(headings)} may be the heading; choose one with task.columns.heading.")
    if _with(found, "globe"):
        raise QuiescentError(
            f"{path}: {listed(_with(found, 'globe'))} are degrees on the globe, not metres. Project them first, or "
            "choose other columns with task.columns.x and y."
        )
    which = f"{listed(lines)} may be the coordinate" if lines else "no column is known as a coordinate"
    raise QuiescentError(
        f"{path}: {which} among {listed(table.columns)}{_noted(table)}. "
        "Set task.columns.x (and y), or task.columns.heading."
    )


def _pair(found: Mapping[str, Meaning], path: object) -> tuple[str, ...]:
    """Find x, or x and y, of one point: the one without a name of its own, or else the only one."""
    points: dict[str, dict[str, list[str]]] = {}
    for name, said in found.items():
        if said.role in ("x", "y"):
            points.setdefault(said.stem, {}).setdefault(said.role, []).append(name)
    if "" in points:
        points = {"": points[""]}
    if not points:
        return ()
    names = [name for axes in points.values() for both in axes.values() for name in both]
    if len(points) > 1 or any(len(both) > 1 for axes in points.values() for both in axes.values()):
        raise QuiescentError(f"{path}: {listed(names)} may be coordinates; choose with task.columns.x and y.")
    (axes,) = points.values()
    return tuple(axes[axis][0] for axis in ("x", "y") if axis in axes)


def _known(table: Table, name: str, setting: str, path: object) -> str:
    if name in table.columns:
        return name
    raise QuiescentError(
        f"task.columns.{setting}={printable(name)}: {path} has no such column.{nearest(name, list(table.columns))}"
    )


def _noted(table: Table) -> str:
    return "".join(f" ({note})" for note in table.notes)


def _with(found: Mapping[str, Meaning], role: Role) -> list[str]:
    return [name for name, said in found.items() if said.role == role]


def _only(names: list[str]) -> str | None:
    return names[0] if len(names) == 1 else None
