"""Validity: for how long does a network at rest read out a code that some place or heading has?

Networks that learned on short trials may fade when they rest for long. A position that is decoded from a faded,
flickering code is not reactivation, though it raises variance and displacement.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity, Rest
from quiescent.quiescence.phases import BEHAVIOUR, noise_added
from quiescent.statistics import log_spaced

PERCENTILE = 99  # of the active phase's distances
WINDOW = 20  # steps over which the code has to be mostly valid for a dream to go on
TIMES = 50  # in a curve


class Usual(NamedTuple):
    """How good behaviour's codes are, and the numbers of steps at which codes are looked at."""

    threshold: float
    total: float  # read-out activity
    steps: Int[np.ndarray, " time"]


def threshold(active: Activity) -> float:
    """Find the largest relative distance to the nearest code at which a code still counts as valid."""
    assert active.quality is not None
    return float(np.percentile(active.quality.distance, PERCENTILE))


def valid(activity: Activity, threshold: float) -> Bool[np.ndarray, "time trial"]:
    """Select the steps whose code is as near to a code of some place or heading as behaviour's are."""
    assert activity.quality is not None
    return activity.quality.distance <= threshold


def lifetime(valid: Bool[np.ndarray, "time trial"]) -> Float[np.ndarray, " trial"]:
    """Count the steps until a window begins over which the code is mostly invalid; all steps if none does."""
    window = min(WINDOW, len(valid))
    sums = np.concatenate([np.zeros((1, valid.shape[1])), np.cumsum(~valid, axis=0)])
    mostly = 2 * (sums[window:] - sums[:-window]) > window
    return np.where(mostly.any(0), mostly.argmax(0), len(valid)).astype(float)


def usual(phases: Activities) -> Usual:
    """Learn from behaviour how good codes usually are."""
    active = phases["active"]
    assert active.quality is not None
    longest = max(len(activity.decoded) for activity in phases.values())
    return Usual(threshold(active), float(active.quality.total.mean()), log_spaced(longest, TIMES))


def of(activity: Activity, known: Usual, _: np.random.Generator) -> Values:
    """Follow read-out activity, distance to the nearest valid code and fraction of valid steps; time lifetimes (s)."""
    assert activity.quality is not None
    good = valid(activity, known.threshold)
    total, distance, fraction = (np.full(len(known.steps), np.nan) for _ in range(3))
    within = known.steps <= len(good)
    at = known.steps[within] - 1
    total[within] = activity.quality.total[at].mean(1) / known.total
    distance[within] = np.median(activity.quality.distance[at], 1)
    fraction[within] = good[at].mean(1)
    steps = lifetime(good)
    return {
        "times": known.steps * activity.dt,
        "total": total,
        "distance": distance,
        "valid": fraction,
        "valid_fraction": float(good.mean()),
        "lifetime": PerTrial(steps * activity.dt),
        "lasted": float((steps == len(good)).mean()),
        "threshold": known.threshold,
    }


LONG = Rest(trials=200, steps=2000)
MEASURE = Measure(
    phases={
        "active": BEHAVIOUR,
        "quiescent": LONG,
        "noise_added": noise_added(LONG),
        "same": LONG._replace(noise="same", networks="noisy"),
        "random": Rest(trials=200, steps=1000, weights="initial"),
    },
    quantities={
        "times": Quantity("s", "time", ("time",), grid=True),
        "total": Quantity("", "read-out activity over behaviour's", ("time",)),
        "distance": Quantity("", "median distance to the nearest valid code", ("time",)),
        "valid": Quantity("", "fraction of valid codes", ("time",)),
        "valid_fraction": Quantity("", "fraction of valid steps"),
        "lifetime": Quantity("s", "time until the code is mostly invalid", error=True),
        "lasted": Quantity("", "fraction of trials that are valid to the end"),
        "threshold": Quantity("", "largest distance that is valid", once=True),
    },
    of=of,
    learn=usual,
    readings=False,
)
