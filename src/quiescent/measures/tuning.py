"""Tuning: where is a unit active? Maps of all units, awake and at rest, and what is special about them.

Awake, states are mapped against true places; at rest, where there are none, against decoded places. A score is set
beside those of shuffled trials: the states of each trial against the places of another one. Trials are independent, so
that of units without tuning 5 % have a p-value up to 0.05, whatever the score and however smooth the states.
At rest there are no p-values: a place that is decoded from states is bound to them, and units of noise through a
read-out, or of untrained networks, are tuned to it. For the same reason noise has maps a little alike to those awake.

Formula: information `sum p(x) (r(x) / r) log2(r(x) / r)` in bits, of the map r(x) of a unit; grid score: the mean
correlation of the map's autocorrelogram with itself turned by 60 and 120 degrees less that by 30, 90 and 150; p-values
against 100 shuffles of trials.

Source: Skaggs et al. (1993); Sargolini et al. (2006); Solstad et al. (2008), for borders.

Fails: by a fixed threshold: smooth maps of no tuning exceed it too, so that only p-values count, of which 5 % are up to
0.05 by chance. At rest maps are against decoded places: a unit that moves the decoder seems tuned.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.border import border_scores
from quiescent.measures.grid_scores import THRESHOLD, grid_scores
from quiescent.measures.maps import Layout, Mapped, Maps, bins_of, information, layout_of, mapped, resultant, similarity
from quiescent.measures.measure import AXES, Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import HIDDEN

SKIPPED = 10  # first steps of a trial, and of rest: there a state is still the code of a start, trained or not
ROWS = 20_000  # states, evenly spaced in time, of all trials
SHUFFLES = 100  # a p-value is 1 / 101 at least
SIGNIFICANT = 0.05

Scores = dict[str, Float[np.ndarray, " unit"]]
SCORES = {
    "information": Quantity("bits", "information about the place", ("unit",)),
    "grid_maximum": Quantity("", "grid score, largest of ten annuli", ("unit",)),
    "grid_annulus": Quantity("", "grid score, annulus of the six nearest peaks", ("unit",)),
    "border": Quantity("", "border score", ("unit",)),
    "resultant": Quantity("", "mean resultant length of tuning to headings", ("unit",)),
}


class Placed(NamedTuple):
    """States with the bins that they were in."""

    states: Float[np.ndarray, "step trial unit"]
    bins: Int[np.ndarray, "step trial"]


class Known(NamedTuple):
    """Bins of the space, and behaviour's maps, from every other trial."""

    layout: Layout
    maps: Maps


def placed(activity: Activity, layout: Layout) -> Placed:
    """Select states after the first steps, not more than are needed, with the bins of true or else decoded places."""
    assert activity.states is not None
    steps = np.arange(len(activity.states)) if activity.kept is None else activity.kept
    late = np.flatnonzero(steps >= min(SKIPPED, steps[-1]))
    chosen = late[:: max(1, len(late) * activity.states.shape[1] // ROWS)]
    places = activity.decoded_at_states if activity.truth is None else activity.truth
    return Placed(activity.states[chosen], bins_of(places[chosen], layout))


def scores_of(seen: Mapped, layout: Layout) -> Scores:
    """Compute every score that has a meaning in a space; the others are NaN."""
    nothing = np.full(len(seen.maps), np.nan)
    scores = dict.fromkeys(SCORES, nothing) | {"information": information(*seen)}
    if layout.plane:
        images = seen.maps.reshape(-1, *layout.shape)
        scores["grid_maximum"], scores["grid_annulus"] = grid_scores(images)
        scores["border"] = border_scores(images)
    elif len(layout.shape) == 1 and layout.periodic:
        scores["resultant"] = resultant(seen.maps)
    return scores


def shuffled(seen: Placed, layout: Layout, rng: np.random.Generator) -> list[Scores]:
    """Compute all scores of states against the places of other trials, each so many trials further on."""
    trials = seen.bins.shape[1]
    offsets = 1 + rng.permutation(trials - 1)[:SHUFFLES]
    return [scores_of(mapped(seen.states, np.roll(seen.bins, offset, axis=1), layout), layout) for offset in offsets]


def tested(scores: Scores, null: list[Scores]) -> Values:
    """Compare every score with those of the shuffles: p-values, and the fraction of units that have a small one.

    Without shuffles they are unknown. A score that is NaN, as that of a map without six peaks, is below all others.
    """
    values: dict[str, object] = {}
    for name, score in scores.items():
        others = np.array([draw[name] for draw in null]).reshape(-1, len(score))
        meant = len(others) > 0 and bool(np.isfinite(score).any())
        p_values = (1 + (_low(others) >= _low(score)).sum(0)) / (1 + len(others))
        values[name] = score
        values[f"{name}_p"] = p_values if meant else np.full(len(score), np.nan)
        values[f"{name}_units"] = float(np.mean(p_values <= SIGNIFICANT)) if meant else np.nan
        if name == "grid_maximum":
            values["over_threshold"] = _fraction(score)
            values["over_threshold_shuffled"] = _fraction(others)
    return values


def _low(scores: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    return np.where(np.isfinite(scores), scores, -np.inf)


def _fraction(scores: Float[np.ndarray, "..."]) -> float:
    finite = scores[np.isfinite(scores)]
    return float(np.mean(finite > THRESHOLD)) if len(finite) else np.nan


def behaviour_of(phases: Activities) -> Known:
    """Map behaviour's states in every other trial."""
    active = phases["active"]
    layout = layout_of(active.space)
    seen = placed(active, layout)
    return Known(layout, mapped(seen.states[:, ::2], seen.bins[:, ::2], layout).maps)


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Map all units, compute scores with p-values, and compare maps with behaviour's.

    `similarity` is the correlation of a unit's map with its own in behaviour, `similarity_other` that with the map of
    the next unit. Behaviour itself is compared in other trials.
    """
    layout, awake = known.layout, activity.truth is not None
    seen = placed(activity, layout)
    found = mapped(*seen, layout)
    compared = mapped(seen.states[:, 1::2], seen.bins[:, 1::2], layout).maps if awake else found.maps
    same, other = similarity(compared, known.maps), similarity(compared, np.roll(known.maps, 1, axis=0))
    return {
        "maps": found.maps.reshape(-1, *layout.shape).astype(np.float32),
        "extent": np.array(layout.bounds),
        "similarity": same,
        "similarity_mean": _mean(same),
        "similarity_other": _mean(other),
        **tested(scores_of(found, layout), shuffled(seen, layout, rng) if awake else []),
    }


def _mean(values: Float[np.ndarray, " unit"]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else np.nan


def _declared(make: Callable[[str, Quantity], dict[str, Quantity]]) -> dict[str, Quantity]:
    return {name: quantity for score, one in SCORES.items() for name, quantity in make(score, one).items()}


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "maps": Quantity("", "mean state where the network is", ("unit", AXES)),
        "extent": Quantity("length", "lowest and highest edge of the map", ("axis", "end"), grid=True),
        **_declared(
            lambda name, score: {
                name: score,
                f"{name}_p": Quantity("", f"fraction of shuffles with as high a score: {score.title}", ("unit",)),
                f"{name}_units": Quantity("", f"fraction of units with p up to 0.05: {score.title}"),
            }
        ),
        "over_threshold": Quantity("", f"fraction of units with a grid score over {THRESHOLD}"),
        "over_threshold_shuffled": Quantity("", f"fraction of shuffled units with a grid score over {THRESHOLD}"),
        "similarity": Quantity("", "correlation of a unit's map with its own awake", ("unit",)),
        "similarity_mean": Quantity("", "mean correlation of maps with the units' own awake"),
        "similarity_other": Quantity("", "mean correlation of maps with other units' awake"),
    },
    of=of,
    learn=behaviour_of,
    horizon=(0, 200),
    windows=False,
    hidden=True,
)
