"""Diffusion along the manifold: is it the noise on the slow directions, as the linearised step predicts?

It is measured as the variance over repeats from one start, whose growth from step to step is without the jitter of
decoding, and without drift, which is what the mean does. Beside it stand two predictions: from left eigenvectors, and
the naive one, as if all noise normal to the manifold were taken away at once.

Formula: measured: the slope against time of the variance over repeats from one start, per dimension; predicted, with u
the left eigenvector of a slow direction and r' the tangent of the manifold: `sigma^2 |u|^2 / (u . r')^2`; naive:
`sigma^2 / |r'|^2`.

Source: first-order perturbation of the linearised step; the comparison is ours.

Fails: where directions do not last for the 20 steps that are measured: there is no prediction then (`applies`). It is
measured after 10 steps, near active states: of later rest it says nothing.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.dynamics.diffusion import naive_diffusion, predicted_diffusion
from quiescent.measures.denoising import Local, Manifold, local_fits, manifold_of, reach_of
from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, Inside, Rest
from quiescent.quiescence.inside.diffusion import PLACES, SlowStates
from quiescent.quiescence.phases import HIDDEN_BEHAVIOUR
from quiescent.spaces import Space
from quiescent.statistics import RESAMPLES, Estimate

TIMES = (1.0, math.sqrt(2), 2.0)  # the task's noise
TRIALS = 100 * PLACES
BEGIN, END = 10, 30  # steps: states have settled, and those of networks without a scale have not faded
LASTING = END - BEGIN  # steps that slow directions have to outlast
FAR = 1 / 10  # of the space's range: repeats that spread farther are no longer around one place


class Known(NamedTuple):
    """The manifold, the task's noise, and the slow directions at rest; None: what has no dynamics."""

    manifold: Manifold
    noise_std: float
    slow: SlowStates | None
    homogeneous: bool


def known_of(phases: Activities) -> Known:
    """Learn the manifold of active states along the places that they are decoded as, and what is slow at rest.

    Along true places it would look less steep than it is: errors of many trials blur the states of a place.
    """
    active = phases["active"]
    one, other = manifold_of({"active": active._replace(truth=active.decoded)})
    places, states = (np.concatenate([getattr(half, name) for half in (one, other)]) for name in ("places", "states"))
    looked = phases.get("slow")
    slow = None if looked is None else looked.inside
    assert slow is None or isinstance(slow, SlowStates)
    homogeneous = looked is not None and looked.homogeneous
    return Known(Manifold(states, places, one.space), phases[named(1.0)].noise_std, slow, homogeneous)


def place_of(trials: int) -> Int[np.ndarray, " trial"]:
    """Tell from which of the places every trial begins."""
    return np.arange(trials) * PLACES // trials


def deviations(
    paths: Float[np.ndarray, "time trial dim"], space: Space
) -> tuple[Float[np.ndarray, "time place dim"], Float[np.ndarray, "time trial dim"]]:
    """Split paths into their mean over the repeats from each place, and what is left, as wide as unbiased variances."""
    place = place_of(paths.shape[1])
    means, left = np.full((len(paths), PLACES, paths.shape[-1]), math.nan), np.full(paths.shape, math.nan)
    for group in range(PLACES):
        own = np.flatnonzero(place == group)
        if len(own) > 1:
            first = paths[:, own[:1]].astype(float)
            steps = space.difference(paths[:, own].astype(float), first)
            mean = steps.mean(1, keepdims=True)
            means[:, group] = (first + mean)[:, 0]
            left[:, own] = (steps - mean) * math.sqrt(len(own) / (len(own) - 1))
    return means, left


def growth(left: Float[np.ndarray, "time trial dim"]) -> Float[np.ndarray, " trial"]:
    """Compute every trial's part of the growth of variance per step and dimension, by a line through all steps."""
    lags = np.arange(len(left)) - (len(left) - 1) / 2
    return np.asarray(np.tensordot(lags / np.square(lags).sum(), np.square(left).mean(-1), 1))


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Compare the growth of variance with both predictions, at every place and as medians over places.

    Where repeats have spread over more than a tenth of the space nothing is predicted.
    """
    space = activity.space
    means, left = deviations(activity.decoded[BEGIN : END + 1], space)
    steps, place = len(left) - 1, place_of(left.shape[1])
    variances = growth(left)
    at, spread = _per_place(variances, place), _per_place(np.square(left[-1]).mean(-1), place)
    local = local_fits(known.manifold, means[steps // 2], rng)
    near = spread <= (FAR * np.ptp(space.bounds, axis=1).max()) ** 2
    predicted, naive = (np.where(near, values, math.nan) for values in _predictions(known, local, activity.noise_std))
    drift = np.linalg.norm(space.difference(means[-1], means[0]), axis=-1) / steps
    lifetimes = np.full(PLACES, math.nan) if known.slow is None else known.slow.lifetimes.min(-1)
    return {
        "factor": round(activity.noise_std / known.noise_std, 6) if known.noise_std else math.nan,
        "measured": _over_places(at, rng),
        "predicted": _over_places(predicted, rng),
        "naive": _over_places(naive, rng),
        "over_predicted": _over_places(at / predicted, rng),
        "over_naive": _over_places(at / naive, rng),
        "applies": math.nan if known.slow is None else float(np.isfinite(predicted).mean()),
        "lifetime": _median(lifetimes),
        "drift": _median(drift),
        "measured_at": at,
        "predicted_at": predicted,
        "naive_at": naive,
    }


def _predictions(
    known: Known, local: Local, noise_std: float
) -> tuple[Float[np.ndarray, " place"], Float[np.ndarray, " place"]]:
    """Predict the variance per step and dimension; NaN where a direction does not last as long as is measured.

    States of a network without a scale fade and take the tangents of the manifold with them; their size is one more
    slow direction, which no code tells of.
    """
    predicted, naive = np.full((2, PLACES), math.nan)
    for group, (state, slopes) in enumerate(
        zip(local.states, local.slopes / reach_of(known.manifold.space), strict=True)
    ):
        slow = None if known.slow is None else SlowStates(*(array[group] for array in known.slow))
        if slow is not None and known.homogeneous:
            slopes = slopes * float(slow.states @ state / (state @ state))
        dim = slopes.shape[1]
        naive[group] = np.trace(naive_diffusion(slopes, noise_std)) / dim
        if slow is not None and (slow.lifetimes >= LASTING).all():
            right = np.column_stack([slopes, slow.states]) if known.homogeneous else slopes
            predicted[group] = np.trace(predicted_diffusion(slow.left, right, noise_std)[:dim, :dim]) / dim
    return predicted, naive


def _median(values: Float[np.ndarray, " place"]) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else math.nan


def _per_place(values: Float[np.ndarray, " trial"], place: Int[np.ndarray, " trial"]) -> Float[np.ndarray, " place"]:
    own = (values[place == group] for group in range(PLACES))
    return np.array([some.mean() if len(some) else math.nan for some in own])


def _over_places(values: Float[np.ndarray, " place"], rng: np.random.Generator) -> Estimate:
    """Take the median over places, where walls and corners may be far from the rest, with its error."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return Estimate(math.nan, math.nan)
    resampled = np.median(rng.choice(known, (RESAMPLES, len(known))), 1)
    return Estimate(float(np.median(known)), float(resampled.std(ddof=1)))


def named(times: float) -> str:
    """Name the phase with so many times the task's noise."""
    return f"noise x {times:.3g}"


def _from_places(times: float) -> Rest:
    return Rest(TRIALS, END + 1, noise="task", times=times, places=PLACES)


def _at_places(title: str) -> Quantity:
    return Quantity("length^2/step", f"{title}, at every place", ("place",))


MEASURE = Measure(
    phases={
        "active": HIDDEN_BEHAVIOUR,
        "slow": Inside("diffusion", TRIALS, (BEGIN + END) // 2),
        **{named(times): _from_places(times) for times in TIMES},
    },
    quantities={
        "factor": Quantity("", "noise at rest over the task's"),
        "measured": Quantity("length^2/step", "growth of the variance over repeats, per dimension", error=True),
        "predicted": Quantity("length^2/step", "growth predicted by left eigenvectors", error=True),
        "naive": Quantity("length^2/step", "growth if all noise normal to the manifold were taken away", error=True),
        "over_predicted": Quantity("", "measured over predicted growth, where there is a prediction", error=True),
        "over_naive": Quantity("", "measured over naive growth", error=True),
        "applies": Quantity(
            "", f"fraction of places whose slow directions outlast {LASTING} steps, and repeats stay near"
        ),
        "lifetime": Quantity("step", "median time constant of the fastest of the slow directions"),
        "drift": Quantity("length/step", "movement of the mean over repeats"),
        "measured_at": _at_places("measured growth of the variance"),
        "predicted_at": _at_places("predicted growth of the variance"),
        "naive_at": _at_places("naive growth of the variance"),
    },
    of=of,
    learn=known_of,
    awake=False,
    aside=("slow",),
    readings=False,
    windows=False,
    horizon=(0, END + 1),
    hidden=True,
)
