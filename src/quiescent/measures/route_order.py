"""Order of regions: do paths go from region to region as behaviour does?

A path that visits regions in any order makes some of behaviour's transitions too, so the same number is computed of
visits that are dealt out anew at random. Where behaviour goes from every region to every other, as in an open box, both
are 1 and nothing is learned.

Formula: the fraction of all transitions between regions that is among those of which behaviour makes more than 1 %;
`shuffled`: that of the same visits, dealt out at random.

Source: ours.

Fails: where behaviour makes every transition, as in an open box; with few transitions (`transitions_per_trial`), where
it is a matter of luck; for jitter, which may skip a region or enter one for a step.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.measures.regions import NOWHERE, Regions, Visits, estimate, places, regions_of, resampled, visits
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Space

RAREST = 0.01  # of behaviour's transitions: those that are rarer it is not said to make
SHUFFLES = 20


class Known(NamedTuple):
    """The regions, and which transitions the true paths of behaviour make."""

    regions: Regions
    made: Bool[np.ndarray, "region region"]


def visits_of(paths: Float[np.ndarray, "time trial dim"], space: Space, regions: Regions) -> Visits:
    """List the visits of paths."""
    return visits(places(paths, space, regions), np.isfinite(paths).all(-1))


def transitions(
    region: Int[np.ndarray, " visit"], following: Int[np.ndarray, " visit"], regions: int
) -> Float[np.ndarray, "region region"]:
    """Compute which fraction of all transitions leads from each region (row) to each other; NaN without any."""
    counts = np.zeros((regions, regions))
    events = following != NOWHERE
    np.add.at(counts, (region[events], following[events]), 1)
    return counts / counts.sum() if counts.any() else np.full_like(counts, np.nan)


def learn(phases: Activities) -> Known:
    """Learn behaviour's transitions from its true paths."""
    active = phases["active"]
    assert active.truth is not None
    regions = regions_of(active.space)
    seen = visits_of(active.truth, active.space, regions)
    return Known(regions, transitions(seen.region, seen.following, len(regions.radii)) > RAREST)


def shuffled(seen: Visits, made: Bool[np.ndarray, "region region"], rng: np.random.Generator) -> float:
    """Deal out the regions of all visits at random among them; returns which fraction of transitions behaviour makes.

    A visit that would follow one to the same region is no transition.
    """
    linked = np.flatnonzero(seen.following != NOWHERE)  # visits that the next one follows
    fractions = []
    for _ in range(SHUFFLES):
        dealt = rng.permutation(seen.region)
        begin, end = dealt[linked], dealt[linked + 1]
        other = begin != end
        fractions.append(made[begin[other], end[other]].mean() if other.any() else np.nan)
    return float(np.mean(fractions))


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Compute the transitions between regions, and the fraction of them that behaviour makes, also when shuffled."""
    seen = visits_of(activity.decoded, activity.space, known.regions)
    events = seen.following != NOWHERE
    alike = known.made[seen.region[events], seen.following[events]]
    trials = activity.decoded.shape[1]
    drawn = resampled(trials, rng)
    all_, like = (np.bincount(seen.trial[events], weights, trials) for weights in (None, alike.astype(float)))
    number = drawn @ all_
    values = np.where(number > 0, drawn @ like / np.maximum(number, 1), np.nan)
    return {
        "transitions": transitions(seen.region, seen.following, len(known.regions.radii)),
        "as_behaviour": estimate(values),
        "shuffled": shuffled(seen, known.made, rng),
        "transitions_per_trial": float(events.sum() / trials),
    }


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "transitions": Quantity("", "fraction of transitions between regions", ("from", "to")),
        "as_behaviour": Quantity("", "fraction of transitions between regions that behaviour makes too", error=True),
        "shuffled": Quantity("", "fraction of transitions of shuffled visits that behaviour makes"),
        "transitions_per_trial": Quantity("", "transitions between regions per trial"),
    },
    of=of,
    learn=learn,
)
