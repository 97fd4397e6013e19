"""Denoising: does an update take away the noise of one step, and keep the place?

Krishna et al. (2024), eqs. 16 and 18: the update of a network that denoises is the mean clean state, given the noisy
one. Of noise on a state nothing is then left normal to the manifold of active states, and all along it, where noise
cannot be told from another place. No density has to be estimated for that.

Formula: `along = sum l(t) . l(0) / sum |l(0)|^2` and `normal = sqrt(sum |n(t)|^2 / sum |n(0)|^2)` over trials, for the
parts l along and n normal to the manifold of what a kick still makes t steps later; the manifold's directions by local
regression of states on true places.

Source: eqs. 16 and 18 of Krishna et al. (2024); the measure is ours.

Fails: read alone: leak takes away `1 - (1 - k)^t` of everything, in untrained networks too (`leak`). Where there hardly
is a manifold its directions are chance.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, Kicked
from quiescent.quiescence.phases import HIDDEN_BEHAVIOUR
from quiescent.spaces import Space
from quiescent.statistics import RESAMPLES, Estimate, points_of

SKIPPED, EVERY = 10, 2  # first steps of active trials that are left out; one state in so many is used
REACH = 1 / 20  # of the space's range: half of the cells' tuning width, over which the manifold is a bent plane
FEWEST, MOST = 30, 1000  # states that a tangent is fitted to
AGREEING = 0.5  # mean cosine of two estimates of a direction, from which on there is one

PerLag = Float[np.ndarray, "lag trial"]


class Manifold(NamedTuple):
    """Active states of some trials, and the true places that they belong to."""

    states: Float[np.ndarray, "point unit"]
    places: Float[np.ndarray, "point dim"]
    space: Space


class Local(NamedTuple):
    """The manifold around some places: clean states there, and their change per `reach_of` along every dimension."""

    states: Float[np.ndarray, "trial unit"]
    slopes: Float[np.ndarray, "trial unit dim"]


def manifold_of(phases: Activities) -> tuple[Manifold, Manifold]:
    """Collect the active states of a network with their true places, in two halves of its trials."""
    active = phases["active"]
    states, truth = active.states, active.truth
    assert states is not None
    assert truth is not None
    late = slice(min(SKIPPED, len(states) - 1), None, EVERY)
    one, other = (
        Manifold(points_of(states[late, half::2]), points_of(truth[late, half::2]), active.space) for half in (0, 1)
    )
    return one, other


def tangents(
    manifold: Manifold, at: Float[np.ndarray, "trial dim"], rng: np.random.Generator
) -> Float[np.ndarray, "trial unit dim"]:
    """Find orthonormal directions along the manifold at some places.

    They are the nearest ones to the slopes there, so that two estimates of them correspond.
    """
    left, _, right = np.linalg.svd(local_fits(manifold, at, rng).slopes, full_matrices=False)
    return np.asarray(left @ right)


def reach_of(space: Space) -> float:
    """Compute the distance over which the manifold is a bent plane."""
    return REACH * float(np.ptp(space.bounds, axis=1).max())


def local_fits(manifold: Manifold, at: Float[np.ndarray, "trial dim"], rng: np.random.Generator) -> Local:
    """Fit states around some places x0 by `a + B (x - x0)` and squares of `x - x0`, which take up the curvature."""
    space, reach = manifold.space, reach_of(manifold.space)
    tree = cKDTree(space.embedded(manifold.places))
    around = tree.query_ball_point(space.embedded(at), reach)
    units, dim = manifold.states.shape[1], at.shape[1]
    fits = np.empty((len(at), 1 + dim, units))
    for fit, place, near in zip(fits, at, around, strict=True):
        fewest = min(FEWEST, len(manifold.places))
        index = np.asarray(near if len(near) >= fewest else tree.query(space.embedded(place), fewest)[1])
        if len(index) > MOST:
            index = rng.choice(index, MOST, replace=False)
        fit[:] = _fit(space.difference(manifold.places[index], place) / reach, manifold.states[index])
    return Local(fits[:, 0], fits[:, 1:].mT)


def _fit(
    steps: Float[np.ndarray, "point dim"], states: Float[np.ndarray, "point unit"]
) -> Float[np.ndarray, "term unit"]:
    """Fit a plane and the curvature of a cloud of states; return where the plane lies, and its slopes."""
    dim = steps.shape[1]
    squares = [steps[:, i] * steps[:, j] for i in range(dim) for j in range(i, dim)]
    design = np.column_stack([np.ones(len(steps)), steps, *squares]).astype(states.dtype)
    fitted = np.linalg.lstsq(design.T @ design, design.T @ states, rcond=None)[0]
    return np.asarray(fitted[: 1 + dim])


def of(activity: Activity, halves: tuple[Manifold, Manifold], rng: np.random.Generator) -> Values:
    """Compute what is left of a kick at every lag: normal to the manifold, along it, and in the read-out.

    `along` is the slope of the part along the manifold on what it was at first; `moved` is its root mean square, to
    which the part that was normal at first adds. The manifold is estimated twice, and parts along it are products of
    both estimates: directions that are wrong by chance, each in its own way, then take nothing away. Where the two
    disagree there hardly is a manifold, and the first estimate is taken as it is.
    """
    assert activity.kicks is not None
    assert activity.truth is not None
    lags, states, outputs = activity.kicks
    directions = [tangents(half, activity.truth[0], rng) for half in halves]
    one, other = (np.einsum("ltu,tud->ltd", states, along) for along in directions)
    if np.einsum("tud,tud->td", *directions).mean() < AGREEING:
        other = one
    lengths = (one * other).sum(-1)
    normal = _squares(states) - (np.square(one) + np.square(other)).sum(-1) / 2
    read = _squares(outputs)
    return {
        "lag": lags,
        "normal": _left(normal, normal[0], rng, power=0.5),
        "along": _left((one * other[0] + other * one[0]).sum(-1) / 2, lengths[0], rng),
        "moved": _left(lengths, lengths[0], rng, power=0.5),
        "output": _left(read, read[0], rng, power=0.5),
        "leak": (1 - activity.leak) ** lags,
    }


def _squares(differences: Float[np.ndarray, "lag trial channel"]) -> PerLag:
    return np.asarray(np.einsum("ltc,ltc->lt", differences, differences, dtype=float))


def _left(
    after: PerLag, before: Float[np.ndarray, " trial"], rng: np.random.Generator, *, power: float = 1.0
) -> Estimate:
    """Divide sums over trials, take a power, and compute the standard error over resampled trials."""
    trials = len(before)
    if not before.any():
        return Estimate(*np.full((2, len(after)), math.nan))
    weights = rng.multinomial(trials, np.full(trials, 1 / trials), RESAMPLES)
    whole, some = after.sum(1) / before.sum(), weights @ after.T / (weights @ before)[:, None]
    if power != 1:
        whole, some = np.maximum(whole, 0) ** power, np.maximum(some, 0) ** power
    return Estimate(whole, some.std(0, ddof=1))


def _over_lags(title: str, unit: str = "", *, error: bool = False, once: bool = False) -> Quantity:
    return Quantity(unit, title, ("lag",), error=error, once=once)


MEASURE = Measure(
    phases={"active": HIDDEN_BEHAVIOUR, "kicked": Kicked(trials=1000)},
    quantities={
        "lag": _over_lags("time after the kick", "steps", once=True),
        "normal": _over_lags("part of a kick normal to the manifold that is left", error=True),
        "along": _over_lags("part of a kick along the manifold that is left", error=True),
        "moved": _over_lags("movement along the manifold over that of the kick itself", error=True),
        "output": _over_lags("part of a kick in the read-out that is left", error=True),
        "leak": _over_lags("part of a kick that leak alone leaves", once=True),
    },
    of=of,
    learn=manifold_of,
    awake=False,
    readings=False,
    windows=False,
    hidden=True,
)
