"""Start to wake: how far is a state at rest from the nearest active one, and does rest come nearer?

The distance is that of cosines, 1 - cos of the angle between two states. It does not see their size: a state that
fades along its own direction stays as near as it was, so that the ratio of sizes stands beside it.
Of noisy states most of the distance is noise: the floor tells how much. Shuffled units keep their means, so that white
noise lies beyond the ceiling; in untrained networks floor and ceiling hardly differ.

Formula: `min over active states a of 1 - r . a / (|r| |a|)`, the median over trials; the floor is that of active states
of other trials, the ceiling that of active states whose units were shuffled among states.

Source: ours.

Fails: for size, which a cosine does not see (`size` does); for a network that stands still in an active state, whose
distance is the floor. Among a few thousand active states the nearest is never at 0.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, kept_steps
from quiescent.quiescence.phases import HIDDEN
from quiescent.statistics import log_spaced

STATES = 4000  # active ones that are looked for near a state
TIMES = 24  # steps at which states at rest are looked at, about evenly on a logarithmic scale
SKIPPED = 10  # first steps of active trials, before noise has settled
EPSILON = 1e-30  # of a norm: a state of zeros is as far from all others as one at right angles

States = Float[np.ndarray, "*shape unit"]


class Awake(NamedTuple):
    """Active states as directions with their norms, what is usual and what is chance, and steps to look at."""

    directions: Float[np.ndarray, "state unit"]
    norms: Float[np.ndarray, " state"]
    floor: float  # median distance of active states of other trials
    ceiling: float  # of active states with every unit shuffled by itself
    steps: Int[np.ndarray, " time"]  # counted from 0


class Nearest(NamedTuple):
    """Smallest cosine distance of states to active ones, and their norm over that of the nearest; NaN stays NaN."""

    distance: Float[np.ndarray, "*shape"]
    size: Float[np.ndarray, "*shape"]


def nearest(states: States, directions: Float[np.ndarray, "state unit"], norms: Float[np.ndarray, " state"]) -> Nearest:
    """Find the active state nearest to each of some states."""
    own = np.linalg.norm(states, axis=-1)
    cosines = (states / np.maximum(own, EPSILON)[..., None]) @ directions.T
    at = cosines.argmax(-1)
    closest = np.take_along_axis(cosines, at[..., None], -1)[..., 0]
    return Nearest(np.maximum(0, 1 - closest), own / norms[at])


def awake(phases: Activities) -> Awake:
    """Take active states from one half of the trials; others, of the other half, tell floor and ceiling."""
    active = phases["active"].states
    assert active is not None
    late = active[min(SKIPPED, len(active) - 1) :]
    rng = np.random.default_rng(0)  # for choices that are no part of any row
    chosen, others = (_some(late[:, half::2], STATES, rng) for half in (0, 1))
    norms = np.maximum(np.linalg.norm(chosen, axis=-1), EPSILON)
    directions = chosen / norms[:, None]
    floor, ceiling = (
        float(np.median(nearest(states, directions, norms).distance))
        for states in (others, rng.permuted(others, axis=0))
    )
    kept = kept_steps(max(len(activity.decoded) for activity in phases.values()))
    after = np.searchsorted(kept, log_spaced(int(kept[-1]) + 1, TIMES) - 1)
    return Awake(directions, norms, floor, ceiling, np.unique(kept[after]))


def of(activity: Activity, known: Awake, _: np.random.Generator) -> Values:
    """Follow the distance of states from active ones, and their relative size: medians over trials at every time.

    `towards_chance` is the distance between floor, 0, and ceiling, 1, in all steps that are looked at. Behaviour itself
    is seen in other trials than those of the active states.
    """
    assert activity.states is not None
    states = activity.states if activity.truth is None else activity.states[:, 1::2]
    kept = np.arange(len(states)) if activity.kept is None else activity.kept
    there = np.isin(known.steps, kept)
    found = nearest(states[np.searchsorted(kept, known.steps[there])], known.directions, known.norms)
    curves = {name: np.full(len(known.steps), np.nan) for name in Nearest._fields}
    for name, values in found._asdict().items():
        curves[name][there] = [_median(row) for row in values]
    over_all, range_of = _median(found.distance), known.ceiling - known.floor
    return {
        "times": (known.steps + 1) * activity.dt,
        **curves,
        "floor": known.floor,
        "ceiling": known.ceiling,
        "towards_chance": (over_all - known.floor) / range_of if range_of > 0 else math.nan,
    }


def _some(states: States, number: int, rng: np.random.Generator) -> Float[np.ndarray, "state unit"]:
    rows = states.reshape(-1, states.shape[-1])
    return np.asarray(rows[rng.permutation(len(rows))[:number]])


def _median(values: Float[np.ndarray, "..."]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "times": Quantity("s", "time", ("time",), grid=True),
        "distance": Quantity("", "median cosine distance from the nearest active state", ("time",)),
        "size": Quantity("", "median norm over that of the nearest active state", ("time",)),
        "floor": Quantity("", "cosine distance of active states of other trials", once=True),
        "ceiling": Quantity("", "cosine distance of shuffled active states", once=True),
        "towards_chance": Quantity("", "cosine distance from 0, that of active states, to 1, that of shuffled ones"),
    },
    of=of,
    learn=awake,
    horizon=(0, 2000),
    windows=False,
    hidden=True,
)
