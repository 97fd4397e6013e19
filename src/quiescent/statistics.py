"""Means, with their errors over trials and intervals over seeds; what is NaN does not count."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.special import stdtrit

RESAMPLES = 200  # of trials, for the error of a mean


class Estimate(NamedTuple):
    """A number and its standard error."""

    value: float
    stderr: float


def over_time(values: Float[np.ndarray, "step trial"]) -> Float[np.ndarray, " trial"]:
    """Average the steps of every trial that count; NaN for a trial of which none does."""
    counts = np.isfinite(values)
    number = counts.sum(0)
    return np.where(number > 0, np.where(counts, values, 0).sum(0) / np.maximum(number, 1), np.nan)


def mean(values: Float[np.ndarray, " trial"]) -> float:
    """Average the trials that have a value; NaN if none has."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def bootstrap_error(values: Float[np.ndarray, " trial"], rng: np.random.Generator) -> float:
    """Compute the standard error of the mean over trials, by resampling whole trials.

    The steps of one trial depend on each other, so trials are what can be resampled.
    """
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return math.nan
    return float(rng.choice(finite, (RESAMPLES, len(finite))).mean(1).std(ddof=1))


def points_of(paths: Float[np.ndarray, "*shape dim"]) -> Float[np.ndarray, "point dim"]:
    """Collect all points of all paths that count."""
    points = paths.reshape(-1, paths.shape[-1])
    return np.asarray(points[np.isfinite(points).all(-1)])


def wasserstein_distance(first: Float[np.ndarray, " point"], second: Float[np.ndarray, " other"]) -> float:
    """Compute the Wasserstein-1 distance of two samples of numbers: the area between their distribution functions.

    The value is that of `scipy.stats.wasserstein_distance`, whose module takes a third of a second to import.
    """
    edges = np.sort(np.concatenate([first, second]))
    below = [np.searchsorted(np.sort(sample), edges[:-1], side="right") / len(sample) for sample in (first, second)]
    return float(np.vecdot(np.abs(below[0] - below[1]), np.diff(edges)))


def log_spaced(longest: int, number: int) -> np.ndarray:
    """Choose distinct whole numbers from 1 to `longest`, about `number` of them, evenly on a logarithmic scale.

    Examples
    --------
    >>> log_spaced(100, 5)
    array([  1,   3,  10,  32, 100])
    """
    return np.unique(np.round(np.geomspace(1, max(1, longest), number)).astype(int))


class Interval(NamedTuple):
    """A mean and its confidence interval; with one value only, the interval is unknown (NaN)."""

    mean: float
    low: float
    high: float


def seed_interval(values: Float[np.ndarray, " seed"], *, confidence: float = 0.95) -> Interval:
    """Average the values that are not NaN, with Student's interval of their mean."""
    finite = np.asarray(values, float)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return Interval(math.nan, math.nan, math.nan)
    mean = float(finite.mean())
    if len(finite) == 1:
        return Interval(mean, math.nan, math.nan)
    half = float(stdtrit(len(finite) - 1, 0.5 + confidence / 2) * finite.std(ddof=1) / math.sqrt(len(finite)))
    return Interval(mean, mean - half, mean + half)
