"""A table of decoded paths: one row per step of a trial."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from quiescent.formats.timeline import Phases, intervals_of, rate_of
from quiescent.machine.files import writing

PER_STEP = ("valid", "shape_distance", "amplitude")


def write_table(path: Path, phases: Phases) -> list[Path]:
    """Write a csv file: time (s), phase, trial, the decoded and the true variable, and the quality of the code.

    Cells are empty where there is no such number, as of the true position at rest.
    """
    rate, trials = rate_of(phases), intervals_of(phases)
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        for number, (phase, trial, start) in enumerate(zip(trials.phases, trials.trials, trials.starts, strict=True)):
            rows = _rows(phases[phase].isel(trial=trial), phase, start, rate)
            rows.to_csv(file, index=False, header=number == 0)
    return [path]


def _rows(activity: xr.Dataset, phase: str, start: float, rate: float) -> pd.DataFrame:
    nothing = np.full(activity.sizes["time"], np.nan)
    columns: dict[str, object] = {
        "time": np.rint(start * rate + np.arange(activity.sizes["time"])) / rate,
        "phase": phase,
        "trial": int(activity["trial"]),
    }
    for name, prefix in (("decoded", ""), ("truth", "true_")):
        for axis in activity["axis"].values:
            columns[f"{prefix}{axis}"] = activity[name].sel(axis=axis).values if name in activity else nothing
    return pd.DataFrame(columns | {name: activity[name].values if name in activity else nothing for name in PER_STEP})
