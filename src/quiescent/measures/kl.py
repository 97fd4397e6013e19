"""Output KL: does rest visit the places that behaviour visits, as often?"""

import math
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, points_of
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import OTHER_BEHAVIOUR, RESTING, UNTRAINED
from quiescent.spaces.density import CircleDensity, Density, ExactPlaneDensity, PlaneDensity, UniformDensity

CLIP = math.log(1e7)
LEAST_POINTS = 100  # fewer say nothing about a density
RESAMPLES = 20  # of trials, for an error bar
THINNED = 4  # steps from one to the next that counts for it: neighbours say almost the same


class Estimate(NamedTuple):
    """A Monte Carlo mean and its standard error, in nats."""

    value: float
    stderr: float


def density(paths: Float[np.ndarray, "*shape dim"], *, circular: bool = False, exact: bool = False) -> Density:
    """Smooth density of all points of all paths that count.

    On the plane binned, within 1 % of the `exact` one and far faster.

    Raises `ValueError` if there are not more points than dimensions, or if they have no spread.
    """
    points = points_of(paths)
    if len(points) <= points.shape[1]:
        raise ValueError(f"a density needs more points than dimensions, but got shape {points.shape}")
    if circular:
        return CircleDensity(points)
    if not _spread(points):
        raise ValueError("a density needs points that spread in every dimension")
    return ExactPlaneDensity(points) if exact or not PlaneDensity.fits(points) else PlaneDensity(points)


def kl(p: Density, q: Density, *, rng: np.random.Generator, n_draws: int = 2500) -> Estimate:
    """Kullback-Leibler divergence KL(p || q) by Monte Carlo draws from `p`.

    Put the quiescent phase in `p` and the active one in `q`. The log ratio is clipped to
    +-log 1e7, as in Krishna et al. (2024). May come out slightly below zero.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> cloud = density(rng.normal(size=(400, 2)))
    >>> kl(cloud, cloud, rng=rng).value
    0.0
    """
    draws = p.draw(n_draws, rng)
    ratio = np.clip(p.log(draws) - q.log(draws), -CLIP, CLIP)
    return Estimate(float(ratio.mean()), float(ratio.std(ddof=1) / math.sqrt(n_draws)))


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """KL of every quiescent phase, of the uniform density and of other behaviour, against every active phase (nats).

    `kl_bootstrap` is the standard error of the divergence from the network's own behaviour, over resampled trials.
    """
    own = phases["active"]
    targets = {name: density(one.decoded, circular=one.circular) for name, one in references.items()}
    own_target = density(own.decoded, circular=own.circular)
    sources = {
        name: density_or_none(points_of(one.decoded), circular=one.circular)
        for name, one in phases.items()
        if name != "active"
    }
    errors = [
        _bootstrap(one, own_target, rng) if sources[name] is not None else math.nan
        for name, one in phases.items()
        if name != "active"
    ]
    sources["uniform"] = UniformDensity(own.box)
    none = Estimate(math.nan, math.nan)
    values = [
        [none if source is None else kl(source, target, rng=rng) for target in targets.values()]
        for source in sources.values()
    ]
    attrs = {"unit": "nats"}
    return xr.Dataset(
        {
            "kl": (("phase", "reference"), [[one.value for one in row] for row in values], attrs),
            "kl_stderr": (("phase", "reference"), [[one.stderr for one in row] for row in values], attrs),
            "kl_bootstrap": ("phase", [*errors, math.nan], attrs),
        },
        coords={"phase": list(sources), "reference": list(targets)},
    )


def density_or_none(points: Float[np.ndarray, "point dim"], *, circular: bool) -> Density | None:
    """Smooth density of points, or None where there are too few, or none that spread."""
    few = len(points) < LEAST_POINTS
    return None if few or not (circular or _spread(points)) else density(points, circular=circular)


def _spread(points: Float[np.ndarray, "point dim"]) -> bool:
    """Whether points spread in every dimension, as far as numbers can tell."""
    variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(points.T.astype(float))))
    return bool(variances[0] > 1e-10 * variances[-1])


def _bootstrap(activity: Activity, target: Density, rng: np.random.Generator) -> float:
    values = []
    paths = activity.decoded[::THINNED]
    for _ in range(RESAMPLES):
        chosen = rng.integers(paths.shape[1], size=paths.shape[1])
        source = density_or_none(points_of(paths[:, chosen]), circular=activity.circular)
        values.append(math.nan if source is None else kl(source, target, rng=rng).value)
    return float(np.std(values, ddof=1))


MEASURE = Measure(
    phases=RESTING | UNTRAINED | {"behaviour": OTHER_BEHAVIOUR},
    compute=compute,
    compare=True,
)
