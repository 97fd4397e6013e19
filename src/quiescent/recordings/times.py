"""Times of samples in seconds: from a column of times or frames, or from how often samples were taken."""

import numpy as np
import pandas as pd

from quiescent.errors import QuiescentError
from quiescent.recordings.names import meaning
from quiescent.recordings.settings import RecordingSettings
from quiescent.recordings.table import Table, numbers
from quiescent.recordings.units import FRAMES, TIMES


def seconds(table: Table, name: str | None, settings: RecordingSettings, path: object) -> tuple[np.ndarray, str]:
    """Read the times of all samples (s), and say in what unit the file has them.

    Raises `QuiescentError`, which names the settings that are missing or contradict the file.
    """
    fps = settings.fps or table.rate
    if name is None:
        assert fps is not None
        return np.arange(table.length) / fps, f"{fps:g} samples per second"
    values = _clock(table, name, path)
    unit = settings.time_unit or table.units.get(name) or meaning(name).unit
    if unit is None and (meaning(name).role == "frame" or (settings.fps and _are_whole(values))):
        unit = FRAMES
    if unit == FRAMES:
        if fps is None:
            raise QuiescentError(
                f"{path}: '{name}' counts frames (samples are {_step(values):g} apart: frames or milliseconds?). "
                "Set task.fps (frames per second), or task.time_unit."
            )
        return values / fps, f"frames, {fps:g} per second"
    if settings.fps is not None:
        raise QuiescentError(
            f"task.fps={settings.fps:g}: '{name}' in {path} holds times, not frames; leave one of both out."
        )
    if unit is not None and unit not in TIMES:
        raise QuiescentError(f"{path}: '{name}' is in '{unit}', which is no unit of time. Set task.time_unit.")
    scale = TIMES[unit or "s"]
    return (values if scale == 1 else values * scale), unit or "s"


def _clock(table: Table, name: str, path: object) -> np.ndarray:
    """Read numbers, or dates and times of day (s)."""
    column = table.columns[name]
    words = [cell for cell in column[:10] if isinstance(cell, str)] if column.dtype.kind == "O" else []
    if not any(":" in word for word in words):
        return numbers(table, name, path)
    try:
        if "-" in words[0] or "/" in words[0]:
            dates = pd.to_datetime(pd.Series(column), format="ISO8601", utc=True)
            return ((dates - dates.dropna().iloc[0]) / pd.Timedelta(seconds=1)).to_numpy(float)
        return (pd.to_timedelta(pd.Series(column)) / pd.Timedelta(seconds=1)).to_numpy(float)
    except (ValueError, TypeError, IndexError):
        raise QuiescentError(
            f"{path}: '{name}' holds times such as {words[0]!r}, which are not read; write seconds."
        ) from None


def _step(values: np.ndarray) -> float:
    steps = np.diff(values[np.isfinite(values)])
    return float(np.median(steps)) if len(steps) else 0.0


def _are_whole(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)]
    return bool((known == np.floor(known)).all())


def require_increasing(
    times: np.ndarray, table: Table, rows: np.ndarray, settings: RecordingSettings, path: object
) -> np.ndarray:
    """Find where sessions begin, if times may go back there. `rows` are the places of the samples in the table.

    Raises `QuiescentError`, which names the line, both values, how many such places there are and the likely cause.
    """
    steps = np.diff(times)
    back = steps < 0
    wrong = np.flatnonzero(steps <= 0 if settings.sessions is None else steps == 0)
    if not len(wrong):
        return np.flatnonzero(back) + 1
    first = wrong[0]
    more = f", and {len(wrong) - 1} more such places" if len(wrong) > 1 else ""
    raise QuiescentError(
        f"{path}: times must increase from sample to sample, but {table.where(int(rows[first + 1]))} has "
        f"{times[first + 1]:.12g} s after {times[first]:.12g} s{more}: {_cause(steps[wrong], times)}."
    )


def _cause(steps: np.ndarray, times: np.ndarray) -> str:
    if (steps == 0).all():
        if len(steps) > 0.2 * len(times):
            return "several animals, one row each (task.where)?, or times rounded too far?"
        return "a duplicate sample"
    if len(steps) > 0.2 * len(times):
        return "rows are not in the order of time, or hold several animals (task.where)"
    if -steps.min() > 0.5 * np.ptp(times):
        return "several sessions in one file? Set task.sessions=split"
    return "a clock that was set back, or several sessions? Set task.sessions=split, or mend the file"
