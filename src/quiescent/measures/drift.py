"""The theory itself: does a network that is left alone climb the score of the density of its active states?

Krishna et al. (2024), eq. 16: the denoising part of the update is `sigma^2 d log p(r) / dr`, per step.

A slope is no evidence by itself. States that do nothing but leak, `r <- (1 - k) r + noise`, have a variance of
`sigma^2 / (k (2 - k))` and drift by `-k r`: along their score too, with a slope of `sigma^2 / (2 - k)`.

Formula: cosine `sum F . s / sqrt(sum |F|^2 sum |s|^2)` and slope `sum F . s / sum |s|^2` of the drift F (an update
without input and noise, less the state) and the score s (the gradient of the log of a kernel density), on the first 2,
3, 5 and 10 components.

Source: eq. 16 of Krishna et al. (2024); the comparison was asked for by its reviewers.

Fails: leak alone climbs the score (`leak_slope`), and an untrained network may have a high cosine. Kernels flatten the
score in many dimensions, so that even a perfect network is below 1: its control says how much.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.measure import Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import principal, spread_of
from quiescent.quiescence.phases import HIDDEN_BEHAVIOUR
from quiescent.spaces.score import gaussian_score, kernel_score
from quiescent.statistics import Estimate

SKIPPED = 10  # first steps of a trial, before noise has settled
COMPONENTS = (2, 3, 5, 10)
KERNELS, EVALUATED = 4_000, 2_000  # states
RESAMPLES = 50

Points = Float[np.ndarray, "point component"]


class Fit(NamedTuple):
    """Drift compared with a score: uncentred cosine similarity, and least-squares slope of the drift on the score."""

    cosine: float
    slope: float


def fit(drift: Points, score: Points) -> Fit:
    """Fit cosine and slope over all points together."""
    product, square = float((drift * score).sum()), float(np.square(score).sum())
    length = math.sqrt(square * float(np.square(drift).sum()))
    return Fit(product / length, product / square) if length > 0 else Fit(math.nan, math.nan)


def of(active: Activity, _known: None, rng: np.random.Generator) -> Values:
    """Compare autonomous drift with the score of active states, both projected on their leading components.

    Projected on some axes, the mean drift at a place is the score of the projected density if the theory holds.
    Components, kernels and compared states are from trials of their own: components that were chosen for their variance
    in the compared states would flatten the score there, and no state is its own kernel. The mean of uniform noise is
    a constant drive, and counts as drift.
    """
    assert active.states is not None
    assert active.drift is not None
    states, drift = (array[min(SKIPPED, len(array) - 1) :] for array in (active.states, active.drift))
    group = np.arange(states.shape[1]) * 3 // states.shape[1]
    spread = spread_of(states[:, group == 0])
    assert spread is not None
    variances, directions = principal(spread, max(COMPONENTS))
    group = np.broadcast_to(group, states.shape[:2])
    kernels = _some(np.argwhere(group == 1), KERNELS, rng)
    chosen = _some(np.argwhere(group == 2), EVALUATED, rng)
    numbers = [number for number in COMPONENTS if number <= len(variances) and variances[number - 1] > 0]
    rows = []
    for number in numbers:
        axes = directions[:, :number]
        points, at = ((states[tuple(index.T)] - spread.mean) @ axes for index in (kernels, chosen))
        change = (drift[tuple(chosen.T)] + active.noise_mean) @ axes
        rows.append(_compare(points, at, change, chosen[:, 1], rng))
    table = {name: np.array([row[name] for row in rows]) for name in ROWS}
    theory = active.noise_std**2
    return {
        "components": numbers,
        "cosine": Estimate(table["cosine"], table["cosine_error"]),  # type: ignore[arg-type]
        "slope": Estimate(table["slope"], table["slope_error"]),  # type: ignore[arg-type]
        "slope_over_theory": table["slope"] / theory if theory else np.full(len(rows), math.nan),
        "leak_slope": 1 / (2 - active.leak),
        **{name: table[name] for name in ("cosine_gaussian", "drift_rms", "score_rms")},
    }


ROWS = ("cosine", "cosine_error", "slope", "slope_error", "cosine_gaussian", "drift_rms", "score_rms")


def _compare(
    kernels: Float[np.ndarray, "kernel component"],
    at: Points,
    drift: Points,
    owner: Int[np.ndarray, " point"],
    rng: np.random.Generator,
) -> dict[str, float]:
    score = kernel_score(kernels, at)
    whole, errors = fit(drift, score), _bootstrap(drift, score, owner, rng)
    return {
        "cosine": whole.cosine,
        "cosine_error": errors.cosine,
        "slope": whole.slope,
        "slope_error": errors.slope,
        "cosine_gaussian": fit(drift, gaussian_score(kernels, at)).cosine,
        "drift_rms": float(np.sqrt(np.square(drift).sum(1).mean())),
        "score_rms": float(np.sqrt(np.square(score).sum(1).mean())),
    }


def _some(index: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    return index[rng.permutation(len(index))[:number]]


def _bootstrap(drift: Points, score: Points, owner: Int[np.ndarray, " point"], rng: np.random.Generator) -> Fit:
    """Compute standard errors over resampled trials."""
    trials = [np.flatnonzero(owner == trial) for trial in np.unique(owner)]
    fits = []
    for _ in range(RESAMPLES):
        chosen = np.concatenate([trials[k] for k in rng.integers(len(trials), size=len(trials))])
        fits.append(fit(drift[chosen], score[chosen]))
    return Fit(*(float(np.std(values, ddof=1)) for values in zip(*fits, strict=True)))


def _over_components(title: str, *, error: bool = False) -> Quantity:
    return Quantity("", title, ("components",), error=error, once=True)


MEASURE = Measure(
    phases={"active": HIDDEN_BEHAVIOUR},
    quantities={
        "components": _over_components("number of components"),
        "cosine": _over_components("cosine similarity of drift and score", error=True),
        "cosine_gaussian": _over_components("cosine similarity of drift and the score of one Gaussian"),
        "slope": _over_components("slope of drift on score", error=True),
        "slope_over_theory": _over_components("slope over sigma squared"),
        "leak_slope": Quantity("", "slope over sigma squared that leak alone gives", once=True),
        "drift_rms": _over_components("root mean squared drift"),
        "score_rms": _over_components("root mean squared score"),
    },
    of=of,
    readings=False,
    windows=False,
    hidden=True,
)
