"""Effects of the strength of noise at rest, from a scan of it."""

import math
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.spaces import from_text
from quiescent.studies.paper.effects import Effect, Reader, Values, values

RESOLUTION = 0.02  # nats by which a KL from 200 trials may differ by chance
DIGITS = 5  # of octaves: 0.4999999 and 0.5000001 are the same


class Lowest(NamedTuple):
    """The place of the lowest value of a scan, -1 if there is none, and whether it may lie below (-1) or above (1)."""

    place: int
    beyond: int


def best_factor(condition: str) -> Effect:
    """Find the factor of noise at rest with the lowest KL, as octaves from sqrt(2).

    It is a bound where the smallest or the largest factor that was measured is as good: the best may lie beyond. NaN
    where all are as good, as of a network that stands still, and of headings, which begin and behave evenly around the
    circle, whatever the noise.
    """

    def effect(reader: Reader) -> Values:
        table = _scan(reader, condition, "kl")
        if table is None:
            return values(np.array([math.nan]))
        moving = table.sel(factor=table["factor"] > 0).sortby("factor").transpose("seed", "factor")
        if from_text(str(moving["space"].item())).periodic:
            return values(np.full(moving.sizes["seed"], math.nan))
        octaves = np.round(np.log2(moving["factor"].values / math.sqrt(2)), DIGITS)
        found = [lowest(scan) for scan in moving.values]
        numbers = np.array([octaves[place] if place >= 0 else math.nan for place, _ in found])
        return values(numbers, np.array([beyond for _, beyond in found]))

    return effect


def lowest(scan: Float[np.ndarray, " factor"]) -> Lowest:
    """Find the middle one of the values that are as low as the lowest, within what chance makes of them.

    Examples
    --------
    >>> lowest(np.array([0.9, 0.3, 0.31, 0.32, 0.8]))
    Lowest(place=2, beyond=0)
    >>> lowest(np.array([0.9, 0.5, 0.2, math.nan])), lowest(np.array([0.3, 0.31, 0.3]))
    (Lowest(place=2, beyond=1), Lowest(place=-1, beyond=0))
    """
    measured = np.flatnonzero(np.isfinite(scan))
    if not len(measured):
        return Lowest(-1, 0)
    low = [int(place) for place in measured if scan[place] <= scan[measured].min() + RESOLUTION]
    if len(low) == len(measured):
        return Lowest(-1, 0)
    below, above = low[0] == measured[0], low[-1] == measured[-1]
    return Lowest(low[len(low) // 2], int(above) or -int(below))


def spread_slope(condition: str) -> Effect:
    """Fit the slope of the log spread of rest on that of the temperature law, over all factors: 1 if the law holds."""

    def effect(reader: Reader) -> Values:
        measured, predicted = (_scan(reader, condition, name) for name in ("spread", "predicted"))
        if measured is None or predicted is None:
            return values(np.array([math.nan]))
        slopes = []
        for seed in measured["seed"].values:
            y, x = (np.log(spread.sel(seed=seed).values) for spread in (measured, predicted))
            fine = np.isfinite(x) & np.isfinite(y)
            slopes.append(float(np.polyfit(x[fine], y[fine], 1)[0]) if fine.sum() > 2 else math.nan)
        return values(np.array(slopes))

    return effect


def _scan(reader: Reader, condition: str, variable: str) -> xr.DataArray | None:
    array, factor = (reader.array("temperature", name, condition) for name in (variable, "factor"))
    if array is None or factor is None:
        return None
    factors = factor.sel(reading="all").mean("seed").values  # in the other it may be left out
    array = array.sel(reading=reader.reading)
    return array.assign_coords(factor=("phase", factors)).swap_dims(phase="factor").drop_vars("phase")
