"""Output KL: does rest visit the places that behaviour visits, as often?

Formula: the mean of `log p(x) - log q(x)` (clipped to +-log 1e7) over 25,000 points x drawn from p. p is the density of
decoded places at rest, q that of behaviour: Gaussian kernels, Scott's bandwidth; of headings wrapped ones.

Source: Krishna et al. (2024), Fig. 2e, there with 2,500 points.

Fails: for a network that stands still: starts are spread as behaviour is, so that its KL is low (`kl_start`,
`common_start`); for a code that has faded, which decodes to anywhere (reading `valid`); for behaviour that is nearly
uniform, to which any noise is near. Other behaviour is the floor, and it is not 0.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import OTHER_BEHAVIOUR, RESTING, UNTRAINED
from quiescent.spaces import Density, NoSpread, Space, UniformDensity
from quiescent.spaces.density import CLIP
from quiescent.statistics import Estimate, points_of

LEAST_POINTS = 100  # fewer say nothing about a density
SAMPLES = 25_000  # the Monte Carlo error is then below that in resampled trials
RESAMPLES = 20  # of trials, for the error over trials
RESAMPLED = 4_000  # samples in each of these
THINNED = 10  # steps from one to the next that counts for it: neighbours say almost the same


def density_of(points: Float[np.ndarray, "point dim"], space: Space) -> Density | None:
    """Estimate the smooth density of points; None where there are too few, or none that spread."""
    if len(points) < LEAST_POINTS:
        return None
    try:
        return space.density(points)
    except NoSpread:
        return None


def kl(p: Density, q: Density, *, rng: np.random.Generator, samples: int = SAMPLES) -> Estimate:
    """Estimate the Kullback-Leibler divergence KL(p || q), in nats, by Monte Carlo samples from `p`.

    Put the quiescent phase in `p` and the active one in `q`. The log ratio is clipped to +-log 1e7, as in Krishna et
    al. (2024). The estimate may lie slightly below zero; its standard error is that of the samples alone.

    Examples
    --------
    >>> from quiescent.spaces import Box
    >>> rng = np.random.default_rng(0)
    >>> cloud = Box(((-4.0, 4.0), (-4.0, 4.0))).density(rng.normal(size=(400, 2)))
    >>> kl(cloud, cloud, rng=rng).value
    0.0
    """
    (estimate,) = kl_from(p, [q], rng, samples)
    return estimate


def kl_from(p: Density, targets: list[Density], rng: np.random.Generator, samples: int = SAMPLES) -> list[Estimate]:
    """Estimate KL(p || q) for several `q` from the same samples, so that no estimate depends on the other targets."""
    points = p.sample(samples, rng)
    log = p.log(points)
    estimates = []
    for q in targets:
        ratio = np.clip(log - q.log(points), -CLIP, CLIP)
        estimates.append(Estimate(float(ratio.mean()), float(ratio.std(ddof=1) / math.sqrt(samples))))
    return estimates


def total_variation(p: Density, q: Density, rng: np.random.Generator, samples: int = SAMPLES) -> float:
    """Estimate half the integral of |p - q|: 0 for equal densities, 1 for such that share no place.

    Where a KL divergence is clipped, or has no room because both densities are wide, this is bounded.

    Examples
    --------
    >>> from quiescent.spaces import Box
    >>> rng = np.random.default_rng(0)
    >>> near, far = (Box(((0.0, 9.0),)).density(rng.uniform(at, at + 1, (400, 1))) for at in (0, 8))
    >>> total_variation(near, near, rng), round(total_variation(near, far, rng), 3)
    (0.0, 1.0)
    """
    # Of samples of both, each of which counts for half: the mean of |p - q| / (p + q).
    points = np.concatenate([density.sample(samples // 2, rng) for density in (p, q)])
    return float(np.abs(np.tanh((p.log(points) - q.log(points)) / 2)).mean())


_UNKNOWN = Estimate(math.nan, math.nan)


class Targets(NamedTuple):
    """Densities of behaviour: the network's own, and that of every condition it is compared with."""

    own: Density
    points: int  # of which each was estimated
    references: Mapping[str, Density]
    space: Space


def targets_of(phases: Activities, references: Activities) -> Targets:
    """Estimate the density of behaviour in every condition."""
    own = phases["active"]
    densities = {name: other.space.density(points_of(other.decoded)) for name, other in references.items()}
    points = points_of(own.decoded)
    return Targets(own.space.density(points), len(points), densities, own.space)


def of(activity: Activity, known: Targets, rng: np.random.Generator) -> Values:
    """Estimate the divergence of one phase from every condition's behaviour (nats)."""
    source = density_of(points_of(activity.decoded), activity.space)
    if source is None:
        return _row(known, [_UNKNOWN for _ in known.references], math.nan)
    estimates = kl_from(source, list(known.references.values()), rng)
    return _row(known, estimates, _bootstrap(activity, known.own, rng), _standing(activity, known, rng))


def of_uniform(known: Targets, rng: np.random.Generator) -> Values:
    """Estimate the divergence of a sample of uniform points, as many as behaviour has, from every behaviour (nats)."""
    points = UniformDensity(known.space.bounds).sample(known.points, rng)
    return _row(known, kl_from(known.space.density(points), list(known.references.values()), rng), math.nan)


def _row(known: Targets, estimates: list[Estimate], bootstrap: float, standing: list[Estimate] | None = None) -> Values:
    values, errors = zip(*estimates, strict=True) if estimates else ((), ())
    standing = [_UNKNOWN for _ in known.references] if standing is None else standing
    return {
        "reference": list(known.references),
        "kl": Estimate(values, errors),  # type: ignore[arg-type]
        "kl_start": np.array([estimate.value for estimate in standing]),
        "kl_bootstrap": bootstrap,
    }


def _standing(activity: Activity, known: Targets, rng: np.random.Generator) -> list[Estimate] | None:
    """Estimate the divergences of trials that stand where they began, at as many steps as they count in truth."""
    if activity.starts is None:
        return None
    counts = np.isfinite(activity.decoded).all(-1, keepdims=True)
    source = density_of(points_of(np.where(counts, activity.starts, np.nan)), activity.space)
    return None if source is None else kl_from(source, list(known.references.values()), rng)


def _bootstrap(activity: Activity, target: Density, rng: np.random.Generator) -> float:
    values = []
    paths = activity.decoded[::THINNED]
    for _ in range(RESAMPLES):
        chosen = rng.integers(paths.shape[1], size=paths.shape[1])
        source = density_of(points_of(paths[:, chosen]), activity.space)
        values.append(math.nan if source is None else kl(source, target, rng=rng, samples=RESAMPLED).value)
    return float(np.std(values, ddof=1))


MEASURE = Measure(
    phases=RESTING | UNTRAINED | {"behaviour": OTHER_BEHAVIOUR},
    quantities={
        "reference": Quantity("", "condition whose behaviour it is compared with", ("reference",), once=True),
        "kl": Quantity("nats", "KL divergence from behaviour", ("reference",), error=True),
        "kl_start": Quantity("nats", "KL from behaviour, had every path stood where it began", ("reference",)),
        "kl_bootstrap": Quantity("nats", "standard error over trials of the KL from own behaviour"),
    },
    of=of,
    learn=targets_of,
    awake=False,
    compare=True,
    beside={"uniform": of_uniform},
    thin=True,
)
