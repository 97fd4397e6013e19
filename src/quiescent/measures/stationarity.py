"""Stationarity: does rest keep visiting the places of behaviour, or does its density change with time?

Formula: the KL divergence, and `1/2 integral |p - q|`, of the density p of places in bins of 100 steps from behaviour's
q; trend: the second half of rest less the first 100 steps, with equally many points.

Source: ours.

Fails: for a network that stands still, which is stationary. Densities of few points are rough, so that both distances
lie above 0 for behaviour too: compare with the floor.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.kl import density_of, kl, total_variation
from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import OTHER_BEHAVIOUR, RESTING, UNTRAINED
from quiescent.spaces import Density, Space
from quiescent.statistics import Estimate, points_of

WIDTH = 100  # steps of a bin of time: as many as a trial has, so that behaviour is a floor of equally many points
LEAST_TRIALS = 20  # in a bin; fewer say little about where a network goes
SAMPLES = 10_000  # of a density
RESAMPLES = 20  # of trials, for the error of a trend

Paths = Float[np.ndarray, "time trial dim"]


class Distances(NamedTuple):
    """How far the density of places is from behaviour's: KL divergence (nats), and total variation (0 to 1)."""

    kl: float
    total_variation: float


class Known(NamedTuple):
    """The density of behaviour, how far from it other behaviour is, and the number of steps of the longest rest."""

    density: Density
    floor: Distances
    steps: int


def known_of(phases: Activities) -> Known:
    """Estimate the density of behaviour, and how far from it another sample of behaviour is."""
    active, other = phases["active"], phases["behaviour"]
    density = active.space.density(points_of(active.decoded))
    rng = np.random.default_rng(0)  # for samples of two densities that are no part of any row
    floor = distances(other.decoded, active.space, density, rng)
    return Known(density, floor, max(len(activity.decoded) for activity in phases.values()))


def distances(paths: Paths, space: Space, density: Density, rng: np.random.Generator) -> Distances:
    """Estimate how far the places of all paths are from a density; NaN where there are too few trials or places."""
    trials = int(np.isfinite(paths).all(-1).any(0).sum())
    source = density_of(points_of(paths), space) if trials >= min(LEAST_TRIALS, paths.shape[1]) else None
    if source is None:
        return Distances(math.nan, math.nan)
    nats = kl(source, density, rng=rng, samples=SAMPLES).value
    return Distances(nats, total_variation(source, density, rng, SAMPLES))


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Follow the distance of places from behaviour's in bins of time; subtract that at first from that in the end.

    The trend takes the first 2 s and equally many steps from all over the second half.
    """
    paths, space = activity.decoded, activity.space
    begins = np.arange(0, max(1, known.steps - WIDTH + 1), WIDTH)
    table = np.full((len(begins), 2), np.nan)
    for row, begin in zip(table, begins, strict=True):
        if begin < len(paths):
            row[:] = distances(paths[begin : begin + WIDTH], space, known.density, rng)
    trend, error = _trend(paths, space, known.density, rng)
    return {
        "times": (begins + WIDTH / 2) * activity.dt,
        "kl": table[:, 0],
        "total_variation": table[:, 1],
        "kl_floor": known.floor.kl,
        "total_variation_floor": known.floor.total_variation,
        "trend": Estimate(trend.kl, error.kl),
        "trend_total_variation": Estimate(trend.total_variation, error.total_variation),
    }


def _trend(paths: Paths, space: Space, density: Density, rng: np.random.Generator) -> tuple[Distances, Distances]:
    half = len(paths) // 2
    if half < WIDTH:
        return Distances(math.nan, math.nan), Distances(math.nan, math.nan)
    early, late = paths[:WIDTH], paths[half :: half // WIDTH][:WIDTH]

    def change(trials: Int[np.ndarray, " trial"]) -> Float[np.ndarray, "2"]:
        last, first = (np.array(distances(part[:, trials], space, density, rng)) for part in (late, early))
        return np.asarray(last - first)

    number = paths.shape[1]
    values = np.array([change(rng.integers(number, size=(number,))) for _ in range(RESAMPLES)])
    return Distances(*change(np.arange(number)).tolist()), Distances(*values.std(0, ddof=1).tolist())


MEASURE = Measure(
    phases=RESTING | UNTRAINED | {"behaviour": OTHER_BEHAVIOUR},
    quantities={
        "times": Quantity("s", "time at rest", ("time",), grid=True),
        "kl": Quantity("nats", "KL divergence from behaviour", ("time",)),
        "total_variation": Quantity("", "total variation from behaviour's density", ("time",)),
        "kl_floor": Quantity("nats", "KL divergence of other behaviour", once=True),
        "total_variation_floor": Quantity("", "total variation of other behaviour", once=True),
        "trend": Quantity("nats", "KL divergence of the second half less that of the first 2 s", error=True),
        "trend_total_variation": Quantity("", "total variation of the second half less the first 2 s", error=True),
    },
    of=of,
    learn=known_of,
    awake=False,
    horizon=(0, 2000),
    windows=False,
)
