"""Coordinates in metres, or in radians where they are circular."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.recordings.columns import Chosen
from quiescent.recordings.names import meaning
from quiescent.recordings.settings import RecordingSettings
from quiescent.recordings.table import Table, listed, numbers
from quiescent.recordings.units import ANGLES, LENGTHS, PIXELS

TURN = 2 * np.pi


class Coordinates(NamedTuple):
    """Where samples are, and how that was read."""

    points: Float[np.ndarray, "sample dim"]  # m, or rad in [-pi, pi) on a circle
    raw: Float[np.ndarray, "sample dim"]  # as in the file
    circle: bool
    scale: float  # m per radian of a circular track, else 1
    said: str
    warned: tuple[str, ...] = ()


def coordinates(table: Table, chosen: Chosen, settings: RecordingSettings, path: object) -> Coordinates:
    """Read coordinates. Raises `QuiescentError`, which names the settings that are missing or contradict the file."""
    raw = np.stack([numbers(table, name, path) for name in chosen.points], axis=1)
    if chosen.heading or settings.period is not None:
        return _circular(raw, table, chosen, settings, path)
    unit, warned = _unit(table, chosen, settings, path)
    if unit in ANGLES:
        raise QuiescentError(
            f"{path}: {listed(chosen.points)} are angles ({unit}), not positions. "
            "Set task.columns.heading, task.period or task.unit."
        )
    scale = unit if isinstance(unit, float) else LENGTHS[unit]
    said = f"position: {', '.join(map(repr, chosen.points))} ({_written(unit)})"
    return Coordinates(raw if scale == 1 else raw * scale, raw, False, 1.0, said, warned)


def _circular(
    raw: Float[np.ndarray, "sample dim"], table: Table, chosen: Chosen, settings: RecordingSettings, path: object
) -> Coordinates:
    if len(chosen.points) == 2 and chosen.heading:  # unit vectors
        angle = np.arctan2(raw[:, 1], raw[:, 0])[:, None]
        return Coordinates(angle, raw, True, 1.0, f"heading: {listed(chosen.points)} (unit vectors)")
    if len(chosen.points) > 1:
        raise QuiescentError(
            f"task.period={settings.period:g}: is for one circular coordinate, but {path} has {listed(chosen.points)}. "
            "Choose one with task.columns.x or task.columns.heading."
        )
    (name,) = chosen.points
    unit, warned = _angle_unit(raw, name, table, settings, path)
    period = settings.period if settings.period is not None else TURN / ANGLES[str(unit)]
    known = raw[np.isfinite(raw)]
    if unit not in ANGLES and len(known) and np.ptp(known) > 1.01 * period:
        times = np.ptp(known) / period
        warned = (*warned, f"'{name}' covers {times:.3g} periods of {period:g}: is task.period right?")
    scale = 1.0 if unit in ANGLES else period * (unit if isinstance(unit, float) else LENGTHS[unit]) / TURN
    said = f"heading: '{name}' ({_written(unit)}), on a circle of period {period:.6g} (task.period)"
    if unit not in ANGLES:
        said = said.replace("heading", "position", 1)
    angle = raw * (TURN / period)
    return Coordinates((angle + np.pi) % TURN - np.pi, raw, True, scale, said, warned)


def _angle_unit(
    raw: Float[np.ndarray, "sample 1"], name: str, table: Table, settings: RecordingSettings, path: object
) -> tuple[str | float, tuple[str, ...]]:
    """Tell degrees from radians: by the unit that is given or named, or else by how far the values go."""
    told = table.units.get(name) or meaning(name).unit
    if settings.unit is not None or told in (*ANGLES, *LENGTHS):
        unit = settings.unit if settings.unit is not None else str(told)
        if settings.period is None and unit not in ANGLES:
            raise QuiescentError(f"{path}: '{name}' is in '{_written(unit)}', so it needs task.period.")
        return unit, ()
    if settings.period is not None:
        heading = meaning(name).role == "heading"
        return ("deg" if settings.period > TURN + 0.01 else "rad") if heading else "m", ()
    known = raw[np.isfinite(raw)]
    largest = float(np.abs(known).max()) if len(known) else 0.0
    if largest <= TURN + 0.01 and np.ptp(known) > 1:
        return "rad", ()
    if 20 < largest <= 361:
        return "deg", ()
    raise QuiescentError(
        f"{path}: '{name}' goes up to {largest:g}, which may be degrees or radians. Set task.unit=deg or task.unit=rad."
    )


def _unit(
    table: Table, chosen: Chosen, settings: RecordingSettings, path: object
) -> tuple[str | float, tuple[str, ...]]:
    told = {table.units.get(name) or meaning(name).unit for name in chosen.points} - {None}
    if len(told) > 1 and settings.unit is None:
        units = ", ".join(sorted(map(str, told)))
        raise QuiescentError(f"{path}: {listed(chosen.points)} have different units ({units}). Set task.unit.")
    unit = next(iter(told), None)
    if settings.unit is not None:
        if unit in LENGTHS and unit != settings.unit:
            return settings.unit, (
                f"the file names '{unit}' as its unit, but task.unit={_written(settings.unit)} was taken",
            )
        return settings.unit, ()
    if unit == PIXELS:
        rate = " and task.fps (frames per second)" if _lacks_rate(table, chosen, settings) else ""
        notes = (note.removeprefix("track: ") for note in table.notes if note.startswith("track: "))
        track = "".join(f" Its only track is {note}." for note in notes)
        raise QuiescentError(
            f"{path}: {listed(chosen.points)} are pixels. Set task.unit (metres per pixel, such as 0.002){rate}.{track}"
        )
    return unit or "m", ()


def _lacks_rate(table: Table, chosen: Chosen, settings: RecordingSettings) -> bool:
    """Tell whether the rate is missing too, so that one error names everything that is."""
    if settings.fps is not None or table.rate is not None or settings.time_unit is not None:
        return False
    return chosen.time is None or table.units.get(chosen.time) == "frames" or meaning(chosen.time).role == "frame"


def _written(unit: str | float) -> str:
    return f"{unit:g} m per pixel" if isinstance(unit, float) else unit
