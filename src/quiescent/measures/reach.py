"""Reach: how soon does a path that has entered one region enter another?

The time runs from entering a region to entering the first other one. A path that ends, or is NaN, before it does so is
censored: its time counts as seen so far, and is no value. So the median is Kaplan and Meier's, and the rate is events
over the time in which they could happen.

Formula: the median of Kaplan and Meier's curve `S(t) = product over s <= t of (1 - events(s) / at risk(s))`; rate:
entries into another region over all time since entering one.

Source: Kaplan & Meier (1958).

Fails: for white noise and jitter, which reach any region soonest. Where fewer than half of the paths arrive there is no
median (NaN), and where paths start in regions, only those that move are seen.
"""

import numpy as np
from jaxtyping import Float, Int, Shaped

from quiescent.measures.measure import Measure, PerTrial, Quantity, Values
from quiescent.measures.regions import NOWHERE, estimate, places, regions_of, resampled, visits
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED


def kaplan_meier(
    reached: Shaped[np.ndarray, "*shape step"], ended: Shaped[np.ndarray, "*shape step"]
) -> Float[np.ndarray, "*shape step"]:
    """Estimate the probability that a region is not reached within 0, 1, 2, ... steps (Kaplan & Meier 1958).

    `reached` counts times of that length that end in another region, `ended` all, the censored among them.

    Examples
    --------
    >>> kaplan_meier(np.array([0, 1, 0, 1]), np.array([0, 1, 1, 1])).round(3)
    array([1.   , 0.667, 0.667, 0.   ])
    """
    at_risk = np.cumsum(ended[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(np.cumprod(1 - reached / np.maximum(at_risk, 1), axis=-1))


def median(survival: Float[np.ndarray, "*shape step"]) -> Float[np.ndarray, "*shape"]:
    """Find the number of steps within which half has reached another region; NaN if less than half ever does."""
    below = survival <= 0.5 + 1e-9
    return np.where(below.any(-1), below.argmax(-1), np.nan)


def of(activity: Activity, _known: None, rng: np.random.Generator) -> Values:
    """Compute median time, rate and, of trials, the fraction that reaches another region; and rates by region."""
    paths, regions = activity.decoded, regions_of(activity.space)
    known = np.isfinite(paths).all(-1)
    seen = visits(places(paths, activity.space, regions), known)
    steps, trials = paths.shape[:2]
    events = seen.following != NOWHERE
    table = np.zeros((2, trials, steps), int)  # of times that end by reaching a region, and of all
    np.add.at(table[0], (seen.trial[events], seen.steps[events]), 1)
    np.add.at(table[1], (seen.trial, seen.steps), 1)
    drawn = resampled(trials, rng)
    reached, ended = (drawn.astype(float) @ counts for counts in table)
    exposure = (ended * np.arange(steps)).sum(-1) * activity.dt
    some = np.bincount(seen.trial[events], minlength=trials) > 0
    return {
        "reach_time": estimate(median(kaplan_meier(reached, ended)) * activity.dt),
        "reach_rate": estimate(_ratio(reached.sum(-1), exposure)),
        "reached": PerTrial(np.where(known.any(0), some, np.nan)),
        "rates": _rates(seen.region, seen.following, seen.steps * activity.dt, len(regions.radii)),
    }


def _ratio(events: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    return np.where(exposure > 0, events / np.where(exposure > 0, exposure, 1), np.nan)


def _rates(
    region: Int[np.ndarray, " visit"],
    following: Int[np.ndarray, " visit"],
    seconds: Float[np.ndarray, " visit"],
    regions: int,
) -> Float[np.ndarray, "region region"]:
    """Divide how often each region is reached from each by the time that was spent since entering the latter (1/s)."""
    counts = np.zeros((regions, regions))
    events = following != NOWHERE
    np.add.at(counts, (region[events], following[events]), 1)
    exposure = np.bincount(region, seconds, minlength=regions)[:, None]
    return _ratio(counts, np.broadcast_to(exposure, counts.shape))


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "reach_time": Quantity("s", "median time from entering a region to entering another", error=True),
        "reach_rate": Quantity("1/s", "entries into another region per time since entering one", error=True),
        "reached": Quantity("", "fraction of trials that go from one region to another", error=True),
        "rates": Quantity("1/s", "entries per time since entering another region", ("from", "to")),
    },
    of=of,
)
