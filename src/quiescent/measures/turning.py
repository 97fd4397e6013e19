"""Turning: does the decoded heading drift one way?

Formula: the mean over steps and paths of `wrap(heading(t + 1) - heading(t)) / dt`, its interval by resampling paths.

Source: Krishna et al. (2024), Fig. C.5.

Fails: for steps near half a turn, of which nobody knows the way; jitter cancels in the mean, and not in `reversals` or
the histogram. A network that stands still has a mean of 0, as an unbiased one has.
"""

import math

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING
from quiescent.spaces import Circle, Space
from quiescent.statistics import RESAMPLES, over_time

BINS = 41


def velocity(paths: Float[np.ndarray, "time trial 1"], dt: float, space: Space) -> Float[np.ndarray, "step trial"]:
    """Compute the angular velocity per step (rad/s) along the shorter arc, counter-clockwise positive.

    NaN if either end is NaN.
    """
    points = paths.astype(float)
    return space.difference(points[1:], points[:-1])[..., 0] / dt


def interval(values: Float[np.ndarray, " trial"], rng: np.random.Generator) -> tuple[float, float]:
    """Find the 95 % interval of the mean over trials, by resampling trials."""
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return math.nan, math.nan
    means = rng.choice(finite, (5 * RESAMPLES, len(finite))).mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def bins_of(phases: Activities) -> Float[np.ndarray, " edge"]:
    """Choose edges of bins (rad/s) that hold nearly all of behaviour's angular velocities."""
    active = phases["active"]
    speeds = np.abs(velocity(active.decoded, active.dt, active.space))
    widest = 1.2 * float(np.quantile(speeds, 0.995)) or 1.0
    return np.linspace(-widest, widest, BINS + 1)


def of(activity: Activity, edges: Float[np.ndarray, " edge"], rng: np.random.Generator) -> Values:
    """Compute the mean angular velocity with its interval, the fraction of clockwise steps, and a histogram."""
    values = velocity(activity.decoded, activity.dt, activity.space)
    finite = values[np.isfinite(values)]
    trials = over_time(values)
    low, high = interval(trials, rng)
    counts, _ = np.histogram(finite, edges)
    return {
        "velocity": PerTrial(trials),
        "velocity_low": low,
        "velocity_high": high,
        "reversals": float((finite < 0).mean()) if len(finite) else math.nan,
        "histogram": counts / max(1, len(finite)) / (edges[1] - edges[0]),
        "middle": (edges[1:] + edges[:-1]) / 2,
    }


MEASURE = Measure(
    phases=RESTING,
    quantities={
        "velocity": Quantity("length/s", "mean angular velocity", error=True),
        "velocity_low": Quantity("length/s", "lower end of its 95 % interval over trials"),
        "velocity_high": Quantity("length/s", "upper end of its 95 % interval over trials"),
        "reversals": Quantity("", "fraction of clockwise steps"),
        "histogram": Quantity("s/length", "density of angular velocity", ("bin",)),
        "middle": Quantity("length/s", "angular velocity", ("bin",), grid=True),
    },
    of=of,
    learn=bins_of,
    space=Circle,
)
