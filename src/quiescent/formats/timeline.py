"""One axis of time: phases one after the other, in each of them its trials end to end."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

Phases = Mapping[str, xr.Dataset]  # labelled activity of one network by the name of its phase, in the order of time


class Series(NamedTuple):
    """One variable, sample by sample, in all phases that have it."""

    name: str
    phases: tuple[str, ...]
    values: np.ndarray  # (sample,) or (sample, column)
    steps: Int[np.ndarray, " sample"]  # where each sample lies on the axis of time
    columns: tuple[str, ...]  # none of single numbers
    units: str
    meaning: str


class Intervals(NamedTuple):
    """Trials on the axis of time, each from its first sample to half a step after its last, so that none touch."""

    phases: tuple[str, ...]
    trials: Int[np.ndarray, " interval"]
    starts: Float[np.ndarray, " interval"]  # s
    ends: Float[np.ndarray, " interval"]  # s

    def of(self, *phases: str) -> "Intervals":
        """Select the trials of some phases."""
        chosen = np.flatnonzero([phase in phases for phase in self.phases])
        names = tuple(self.phases[number] for number in chosen)
        return Intervals(names, self.trials[chosen], self.starts[chosen], self.ends[chosen])


class _Placed(NamedTuple):
    """A phase, and the step at which it begins."""

    phase: str
    activity: xr.Dataset
    begin: int


def rate_of(phases: Phases) -> float:
    """Compute how many steps a second has; a sample lies at its step divided by it (s)."""
    (dt,) = {float(activity.attrs["dt"]) for activity in phases.values()}
    return 1 / dt


def intervals_of(phases: Phases) -> Intervals:
    """List the trials of all phases in the order of time."""
    names, trials, starts, lasts = [], [], [], []
    for phase, activity, begin in _placed(phases):
        for trial in range(activity.sizes["trial"]):
            names.append(phase)
            trials.append(trial)
            starts.append(begin + trial * activity.sizes["time"])
            lasts.append(starts[-1] + activity.sizes["time"] - 1)
    rate = rate_of(phases)
    return Intervals(tuple(names), np.array(trials), np.array(starts) / rate, (np.array(lasts) + 0.5) / rate)


def series_of(phases: Phases) -> Iterator[Series]:
    """Lay every variable along the axis of time; one after the other, since hidden states may be large."""
    for name in dict.fromkeys(str(name) for activity in phases.values() for name in activity.data_vars):
        yield _series(name, [placed for placed in _placed(phases) if name in placed.activity])


def _series(name: str, having: Sequence[_Placed]) -> Series:
    array, variable = having[0].activity[name], having[0].activity.attrs["variable"]
    values = np.concatenate([_end_to_end(placed.activity[name].values) for placed in having])
    columns = tuple(map(str, array[array.dims[2]].values)) if array.ndim == 3 else ()
    if "axis" in array.dims and len(columns) == 1:
        values, columns = values[:, 0], ()
    return Series(
        name={"decoded": f"decoded_{variable}", "truth": f"true_{variable}"}.get(name, name),
        phases=tuple(placed.phase for placed in having),
        values=values,
        steps=np.concatenate([_steps(placed, name) for placed in having]),
        columns=columns,
        units=array.attrs["units"],
        meaning=array.attrs["long_name"],
    )


def _end_to_end(values: np.ndarray) -> np.ndarray:
    return np.swapaxes(values, 0, 1).reshape(-1, *values.shape[2:])


def _placed(phases: Phases) -> Iterator[_Placed]:
    begin = 0
    for name, activity in phases.items():
        yield _Placed(name, activity, begin)
        begin += activity.sizes["time"] * activity.sizes["trial"]


def _steps(placed: _Placed, name: str) -> Int[np.ndarray, " sample"]:
    """Count the steps to every sample of a variable; hidden states may have samples at some steps only."""
    activity = placed.activity
    times = activity[activity[name].dims[0]].values  # a trial's first sample lies one step after its start
    within = np.rint(times / activity.attrs["dt"]).astype(int) - 1
    starts = placed.begin + activity.sizes["time"] * np.arange(activity.sizes["trial"])
    return np.asarray((starts[:, None] + within).ravel())
