"""The theory itself: does a network that is left alone climb the score of the density of its active states?

Krishna et al. (2024), eq. 16: the denoising part of the update is `sigma^2 d log p(r) / dr`, per step.
"""

import math
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float, Int

from quiescent.measures.components import principal, spread_of
from quiescent.measures.measure import Activities, Measure
from quiescent.quiescence.activity import Active

SKIPPED = 10  # first steps of a trial, before noise has settled
COMPONENTS = (2, 3, 5, 10)
KERNELS, EVALUATED = 6_000, 3_000  # states
BANDWIDTHS = (0.1, 0.17, 0.28, 0.45)  # in standard deviations of the states
RESAMPLES = 50

Points = Float[np.ndarray, "point component"]


class Fit(NamedTuple):
    """Drift compared with a score: uncentred cosine similarity, and least-squares slope of the drift on the score."""

    cosine: float
    slope: float


def kernel_score(points: Float[np.ndarray, "kernel component"], at: Points) -> Points:
    """Gradient of the log density at some points, from a Gaussian kernel density of others.

    The bandwidth, and a factor along every principal axis, minimise the score-matching loss (Hyvarinen 2005) at those
    points: kernels that are too wide flatten the score, and ones that are too narrow make it noisy.
    """
    spread, directions = np.linalg.eigh(np.cov(points.T))
    whiten = (directions / np.sqrt(np.maximum(spread, 1e-300))).T
    kernels, places = points @ whiten.T, at @ whiten.T
    best, lowest = np.zeros_like(places), math.inf
    for bandwidth in BANDWIDTHS:
        score, slopes = _gradient(kernels, places, bandwidth**2)
        # Of c times a score s the loss c^2 E s^2 / 2 + c E ds/dx is lowest at c = -E ds/dx / E s^2, along every axis.
        squares, mean_slopes = np.square(score).mean(0), np.minimum(slopes.mean(0), 0)
        sizes = -mean_slopes / np.maximum(squares, 1e-300)
        loss = float((sizes * mean_slopes).sum() / 2)
        if loss < lowest:
            best, lowest = sizes * score, loss
    return np.asarray(best @ whiten)


def _gradient(kernels: Float[np.ndarray, "kernel component"], places: Points, variance: float) -> tuple[Points, Points]:
    """Score of the kernel density along every axis, and the derivative of each along its own axis."""
    scores, slopes = np.empty_like(places), np.empty_like(places)
    for block in np.array_split(np.arange(len(places)), max(1, len(places) // 250)):
        logits = (places[block] @ kernels.T - 0.5 * np.square(kernels).sum(1)) / variance
        logits -= logits.max(1, keepdims=True)
        weights = np.exp(logits, out=logits)
        weights /= weights.sum(1, keepdims=True)
        means = weights @ kernels
        scores[block] = (means - places[block]) / variance  # the mean shift
        slopes[block] = ((weights @ np.square(kernels) - np.square(means)) / variance - 1) / variance
    return scores, slopes


def gaussian_score(points: Float[np.ndarray, "kernel component"], at: Points) -> Points:
    """The same from one Gaussian fitted to the points: what a mere pull to the centre would be."""
    return np.asarray((points.mean(0) - at) @ np.linalg.inv(np.cov(points.T)))


def fit(drift: Points, score: Points) -> Fit:
    """Cosine and slope over all points together."""
    product, square = float((drift * score).sum()), float(np.square(score).sum())
    length = math.sqrt(square * float(np.square(drift).sum()))
    return Fit(product / length, product / square) if length > 0 else Fit(math.nan, math.nan)


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Autonomous drift against the score of active states, both projected on their leading components.

    Projected on some axes, the mean drift at a place is the score of the projected density if the theory holds. Kernels
    are from one half of the trials, and compared states from the other, so that no state is its own kernel.
    """
    active = phases["active"]
    assert active.states is not None
    assert active.drift is not None
    states, drift = (array[min(SKIPPED, len(array) - 1) :] for array in (active.states, active.drift))
    spread = spread_of(states)
    assert spread is not None
    variances, directions = principal(spread, max(COMPONENTS))
    half = states.shape[1] // 2
    trial = np.broadcast_to(np.arange(states.shape[1]), states.shape[:2])
    kernels = _some(np.argwhere(trial < half), KERNELS, rng)
    chosen = _some(np.argwhere(trial >= half), EVALUATED, rng)
    owner = chosen[:, 1]
    names = ("cosine", "cosine_stderr", "cosine_gaussian", "slope", "slope_stderr", "drift_rms", "score_rms")
    table: dict[str, list[float]] = {name: [] for name in names}
    numbers = [number for number in COMPONENTS if number <= len(variances) and variances[number - 1] > 0]
    for number in numbers:
        axes = directions[:, :number]
        points, at = ((states[tuple(index.T)] - spread.mean) @ axes for index in (kernels, chosen))
        moved = drift[tuple(chosen.T)] @ axes
        score = kernel_score(points, at)
        found = fit(moved, score)
        resampled = _bootstrap(moved, score, owner, rng)
        table["cosine"].append(found.cosine)
        table["slope"].append(found.slope)
        table["cosine_stderr"].append(resampled.cosine)
        table["slope_stderr"].append(resampled.slope)
        table["cosine_gaussian"].append(fit(moved, gaussian_score(points, at)).cosine)
        table["drift_rms"].append(float(np.sqrt(np.square(moved).sum(1).mean())))
        table["score_rms"].append(float(np.sqrt(np.square(score).sum(1).mean())))
    theory = active.noise_std**2
    table["slope_over_theory"] = [slope / theory if theory else math.nan for slope in table["slope"]]
    titles = {
        "cosine": "cosine similarity of drift and score",
        "cosine_gaussian": "cosine similarity of drift and the score of one Gaussian",
        "slope": "slope of drift on score",
        "slope_over_theory": "slope over sigma squared",
    }
    return xr.Dataset(
        {
            name: ("components", values, {"unit": "", "long_name": titles.get(name, name)})
            for name, values in table.items()
        },
        coords={"components": numbers},
    )


def _some(index: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    return index[rng.permutation(len(index))[:number]]


def _bootstrap(drift: Points, score: Points, owner: Int[np.ndarray, " point"], rng: np.random.Generator) -> Fit:
    """Standard errors over resampled trials."""
    trials = [np.flatnonzero(owner == trial) for trial in np.unique(owner)]
    fits = []
    for _ in range(RESAMPLES):
        chosen = np.concatenate([trials[k] for k in rng.integers(len(trials), size=len(trials))])
        fits.append(fit(drift[chosen], score[chosen]))
    return Fit(*(float(np.std(values, ddof=1)) for values in zip(*fits, strict=True)))


MEASURE = Measure(
    phases={"active": Active(trials=1000, states=True, drift=True)},
    compute=compute,
    readings=False,
)
