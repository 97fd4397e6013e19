"""Evidence for six models of motion, path by path.

A path is seen with jitter, white noise of one size in every dimension, and

- stationary: its places are one place;
- independent: every place is drawn anew from the places of all paths, a normal distribution;
- confined: it returns to a place, `x' = N(m + e^(-k dt) (x - m), s^2 (1 - e^(-2 k dt)))`;
- diffusion: `x' = N(x, 2 D dt)`;
- drift: `x' = N(x + v dt, 2 D dt)`, with a velocity v of its own;
- momentum: `x'' = N(x' + e^(-d dt) (x' - x), s^2 dt^2 (1 - e^(-2 d dt)) / (2 d))` (Krause & Drugowitsch 2022).

Of each, the density of all places given the first is computed exactly by a Kalman filter, at its highest over the
parameters, and the criterion of Schwarz (BIC) charges the logarithm of the number of steps for each of these.

A stationary path differs from an independent one in this only: its places are not those of the other paths. Confined
motion is what walls, a fixed point and jitter that remembers make of a path: without that model, standing with jitter
that remembers, an untrained network and a walk that soon meets walls would all be taken for diffusion.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import expit

from quiescent.measures.kalman import filtered

MODELS = ("stationary", "independent", "confined", "diffusion", "drift", "momentum")
FLOOR = 1e-12  # smallest variance of jitter, in m^2 or rad^2: places have the precision of float32
RATIOS = np.arange(-12.0, 13)  # logit of the part that a step has of its variance and that of jitter
SPACING = 0.7
DECAYS = np.log(3) - SPACING * np.arange(10)  # log(d dt): a velocity is kept for a third of a step, up to 180 steps
NO_STEPS, AT_ONCE = np.array([-np.inf]), np.array([np.inf])  # ratio of jitter alone; decay of steps without memory
PASSES = 5  # of a closer search, each with half the spacing: then the parameters are known to a few percent

Paths = Float[np.ndarray, "time trial dim"]
Counts = Bool[np.ndarray, "time trial"]
Trials = Float[np.ndarray, " trial"]
Choices = Float[np.ndarray, "2 pair #trial"]  # ratios and decays


class Fit(NamedTuple):
    """One model with the likeliest parameters, path by path."""

    deviance: Trials  # -2 log density of all places, given the first
    scale: Trials  # variance of a step (or of a confined place) and of jitter together, in one dimension (m^2, rad^2)
    ratio: Trials  # logit of the part that the step has of it
    decay: Trials  # log(d dt) or log(k dt)
    velocity: Float[np.ndarray, "trial dim"]  # mean of a step (m or rad)

    @property
    def step(self) -> Trials:
        """Compute the variance of a step about its mean, or of a confined place, in one dimension (m^2 or rad^2)."""
        return self.scale * expit(self.ratio)

    @property
    def jitter(self) -> Trials:
        """Compute the variance of jitter in one dimension (m^2 or rad^2)."""
        return self.scale * expit(-self.ratio)


class Evidence(NamedTuple):
    """How well each model explains every path."""

    criterion: Float[np.ndarray, "model trial"]  # BIC: the smaller the better
    fits: Mapping[str, Fit]  # by model; independent places have no parameters of their own

    @property
    def weights(self) -> Float[np.ndarray, "model trial"]:
        """Turn the criterion into weights of the models, which add up to one."""
        likelihoods = np.exp((self.criterion.min(0) - self.criterion) / 2)
        return np.asarray(likelihoods / likelihoods.sum(0))


def evidence(points: Paths) -> Evidence:
    """Compare the models on paths of unwrapped points, each of some steps that count; NaN is passed over."""
    points, counts = _from_first(points)
    charge, dim = np.log(counts.sum(0) - 1), points.shape[-1]
    walks, lasting = _pairs(RATIOS, AT_ONCE), _pairs(RATIOS[2:-2:2], DECAYS)
    fits = {
        "stationary": _fitted(points, counts, _pairs(NO_STEPS, AT_ONCE)),
        "confined": _searched(points, counts, lasting, returns=True),
        "diffusion": _searched(points, counts, walks),
        "drift": _searched(points, counts, walks, drifts=True),
        "momentum": _searched(points, counts, lasting),
    }
    numbers = {"stationary": 1, "confined": 3, "diffusion": 2, "drift": 2 + dim, "momentum": 3}  # of parameters
    criteria = {name: fit.deviance + numbers[name] * charge for name, fit in fits.items()}
    criteria["independent"] = _drawn(points, counts)
    return Evidence(np.stack([criteria[name] for name in MODELS]), fits)


def _from_first(points: Paths) -> tuple[Paths, Counts]:
    """Let every path begin with its first place that counts; zeros stand for those that do not."""
    counts = np.isfinite(points).all(-1)
    at = counts.argmax(0) + np.arange(len(points))[:, None]
    inside, at = at < len(points), np.minimum(at, len(points) - 1)
    counts = np.take_along_axis(counts, at, 0) & inside
    return np.where(counts[..., None], np.take_along_axis(points, at[..., None], 0), 0), counts


def _drawn(points: Paths, counts: Counts) -> Trials:
    """Compute the deviance of places that are drawn from those of all paths; infinite where these are one place."""
    drawn = points[counts]
    if drawn.var(0).sum() <= FLOOR:
        return np.full(points.shape[1], np.inf)
    centred = points - drawn.mean(0)
    covariance = np.atleast_2d(np.cov(drawn.T)) + FLOOR * np.eye(drawn.shape[-1])
    squares = (centred @ np.linalg.inv(covariance) * centred).sum(-1)
    return np.asarray(np.where(counts[1:], squares[1:] + np.linalg.slogdet(2 * np.pi * covariance)[1], 0).sum(0))


def _pairs(ratios: Float[np.ndarray, " ratio"], decays: Float[np.ndarray, " decay"]) -> Choices:
    return np.stack([axis.ravel() for axis in np.meshgrid(ratios, decays)])[..., None]


def _searched(points: Paths, counts: Counts, choices: Choices, *, drifts: bool = False, returns: bool = False) -> Fit:
    """Try all pairs of parameters first, then those around the best pair of every path, ever closer to it."""
    fit = _fitted(points, counts, choices, drifts=drifts, returns=returns)
    near = np.array([-0.5, 0, 0.5])
    around = _pairs(near * np.ptp(choices[0, :2]), near * SPACING if np.isfinite(choices[1]).all() else near[1:2])
    for halvings in range(PASSES):
        pairs = np.stack([fit.ratio, fit.decay])[:, None] + around / 2**halvings
        fit = _fitted(points, counts, pairs, drifts=drifts, returns=returns)
    return fit


def _fitted(points: Paths, counts: Counts, choices: Choices, *, drifts: bool = False, returns: bool = False) -> Fit:
    """Choose the pair of parameters that makes each path likeliest; scale and velocity have a closed form."""
    ratios, decays = choices
    dim, numbers = points.shape[-1], points.shape[-1] * (counts.sum(0) - 1)
    columns = points.transpose(0, 2, 1)
    if drifts:
        ramp = np.arange(len(points), dtype=float)[:, None, None]
        columns = np.concatenate([columns, np.broadcast_to(ramp, (len(points), 1, len(numbers)))], 1)
    sums = filtered(columns, counts, np.exp(-np.exp(decays)), expit(ratios), returns=returns)
    squares = sums.squares[:dim].sum(0)
    velocity = np.zeros((dim, *squares.shape))
    if drifts:
        velocity = sums.products[:dim] / sums.squares[dim]
        squares = squares - (velocity * sums.products[:dim]).sum(0)
    scale = np.maximum(squares / numbers, FLOOR / expit(-ratios))
    deviance = dim * sums.log_variances + numbers * np.log(2 * np.pi * scale) + squares / scale
    best = (deviance.argmin(0), np.arange(len(numbers)))

    def chosen(values: np.ndarray) -> Trials:
        return np.asarray(np.broadcast_to(values, deviance.shape)[best])

    return Fit(deviance[best], scale[best], chosen(ratios), chosen(decays), velocity[:, *best].T)
