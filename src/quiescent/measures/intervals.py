"""Intervals of means over seeds."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.stats import t


class Interval(NamedTuple):
    """A mean and its confidence interval; with one value only, the interval is unknown (NaN)."""

    mean: float
    low: float
    high: float


def seed_interval(values: Float[np.ndarray, " seed"], *, confidence: float = 0.95) -> Interval:
    """Mean of the values that are there, with Student's interval."""
    there = np.asarray(values, float)
    there = there[np.isfinite(there)]
    if not len(there):
        return Interval(math.nan, math.nan, math.nan)
    mean = float(there.mean())
    if len(there) == 1:
        return Interval(mean, math.nan, math.nan)
    half = float(t.ppf(0.5 + confidence / 2, len(there) - 1) * there.std(ddof=1) / math.sqrt(len(there)))
    return Interval(mean, mean - half, mean + half)
