"""Files that pynapple opens: a time series or intervals each, as named arrays, without pickles."""

from pathlib import Path
from typing import Any

import numpy as np

from quiescent.formats.timeline import Intervals, Phases, Series, intervals_of, rate_of, series_of
from quiescent.machine.files import writing


def write_pynapple(folder: Path, phases: Phases) -> list[Path]:
    """Write a file for every variable, and the trials of every phase as intervals, into a folder.

    `nap.load_file` opens each, and `nap.load_folder` all of them.
    """
    rate, trials = rate_of(phases), intervals_of(phases)
    paths = [_write(folder / f"{phase}.npz", _intervals(trials.of(phase)), "IntervalSet") for phase in phases]
    for series in series_of(phases):
        kind = "TsdFrame" if series.columns else "Tsd"
        arrays = {"t": series.steps / rate, "d": series.values} | _intervals(trials.of(*series.phases))
        if series.columns:
            arrays["columns"] = _columns(series)
        paths.append(_write(folder / f"{series.name}.npz", arrays, kind))
    return paths


def _columns(series: Series) -> np.ndarray:
    numbers = all(column.isdigit() for column in series.columns)
    return np.array(series.columns, int if numbers else np.str_)


def _intervals(intervals: Intervals) -> dict[str, np.ndarray]:
    return {"start": intervals.starts, "end": intervals.ends}


def _write(path: Path, arrays: dict[str, Any], kind: str) -> Path:
    with writing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, type=np.array([kind]), **arrays)
    return path
