"""Output KL: does rest visit the places that behaviour visits, as often?"""

import math
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.activity import Active, Rest
from quiescent.measures.density import CircleDensity, Density, ExactPlaneDensity, PlaneDensity, UniformDensity
from quiescent.measures.measure import Activities, Measure

CLIP = math.log(1e7)


class Estimate(NamedTuple):
    """A Monte Carlo mean and its standard error, in nats."""

    value: float
    stderr: float


def density(paths: Float[np.ndarray, "*shape dim"], *, circular: bool = False, exact: bool = False) -> Density:
    """Smooth density of all points of all paths; on the plane binned and within 1 % of the `exact` one, but far faster.

    Raises `ValueError` if there are not more points than dimensions, or if they have no spread.
    """
    points = paths.reshape(-1, paths.shape[-1])
    if len(points) <= points.shape[1]:
        raise ValueError(f"a density needs more points than dimensions, but got shape {points.shape}")
    if circular:
        return CircleDensity(points)
    if np.linalg.matrix_rank(np.cov(points.T)) < points.shape[1]:
        raise ValueError("a density needs points that spread in every dimension")
    return ExactPlaneDensity(points) if exact else PlaneDensity(points)


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


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.DataArray:
    """KL of every quiescent phase, and of the uniform density, against every active phase (nats)."""
    own = phases["active"]
    targets = {name: density(one.decoded, circular=one.circular) for name, one in references.items()}
    sources: dict[str, Density] = {
        name: density(one.decoded, circular=one.circular) for name, one in phases.items() if name != "active"
    }
    sources["uniform"] = UniformDensity(own.box)
    values = [[kl(source, target, rng=rng) for target in targets.values()] for source in sources.values()]
    return xr.DataArray(
        [[one.value for one in row] for row in values],
        dims=("phase", "reference"),
        coords={
            "phase": list(sources),
            "reference": list(targets),
            "stderr": (("phase", "reference"), [[one.stderr for one in row] for row in values]),
        },
        attrs={"unit": "nats"},
    )


MEASURE = Measure(
    phases={
        "active": Active(trials=200),
        "quiescent": Rest(trials=200, steps=1000),
        "noisy": Rest(trials=200, steps=1000, noise="absolute", only_noise_free=True),
        "random": Rest(trials=200, steps=1000, untrained=True),
    },
    compute=compute,
)
