"""Temperature: what does another strength of noise at rest do, and is it what the theory says?

With noise of `c` times the trained standard deviation the stationary density is `p^(2 / c^2)`, behaviour's at sqrt(2).

Formula: KL and total variation from behaviour's density p, and from `p^(2 / c^2)` over its integral, at noise c times
the trained one; `predicted` is the spread of the latter.

Source: follows from eq. 19 of Krishna et al. (2024): the stationary density of Langevin dynamics.

Fails: where p is nearly uniform, of which every power is the same, as of headings; and for networks that are too slow
to reach their stationary density within 1000 steps, as the perfect network can be.
"""

import math
from typing import NamedTuple

import numpy as np

from quiescent.measures.distance import distance
from quiescent.measures.kl import density_of, kl, total_variation
from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.measures.variance import variance
from quiescent.quiescence.activity import Activity, Rest
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.spaces import Density
from quiescent.spaces.tempered import Tempered
from quiescent.statistics import points_of

FACTORS = (0.0, 0.5, 0.75, 1.0, 1.2, math.sqrt(2), 1.7, 2.0, 2.8, 4.0)


class Known(NamedTuple):
    """Behaviour's density, and the standard deviation of noise that the network was trained with."""

    density: Density
    noise_std: float


def known_of(phases: Activities) -> Known:
    """Learn behaviour's density and noise."""
    active = phases["active"]
    return Known(active.space.density(points_of(active.decoded)), active.noise_std)


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Compare rest at one strength of noise with behaviour, and with the density and spread of the temperature law."""
    points, space = points_of(activity.decoded), activity.space
    factor = round(activity.noise_std / known.noise_std, 6)
    source = density_of(points, space)
    law = Tempered(known.density, 2 / factor**2, space) if factor else None
    return {
        "factor": factor,
        "kl": math.nan if source is None else kl(source, known.density, rng=rng).value,
        "total_variation": math.nan if source is None else total_variation(source, known.density, rng),
        "kl_tempered": math.nan if source is None or law is None else kl(source, law, rng=rng).value,
        "spread": float(space.spread(points, np.ones(len(points)))) if len(points) else math.nan,
        "predicted": math.nan if law is None else float(space.spread(law.points, law.weights)),
        "variance": PerTrial(variance(activity.decoded, space)),
        "distance": PerTrial(distance(activity.decoded, space)),
    }


def at_noise(factor: float) -> Rest:
    """Let a network that was trained with noise rest with so many times its standard deviation."""
    return Rest(trials=200, steps=1000, noise=factor, networks="noisy")


MEASURE = Measure(
    phases={"active": BEHAVIOUR} | {f"noise x {factor:.3g}": at_noise(factor) for factor in FACTORS},
    quantities={
        "factor": Quantity("", "noise at rest over the trained noise"),
        "kl": Quantity("nats", "KL divergence from behaviour"),
        "total_variation": Quantity("", "total variation from behaviour's density"),
        "kl_tempered": Quantity("nats", "KL divergence from the law's density p^(2/c^2)"),
        "spread": Quantity("spread", "spread of places"),
        "predicted": Quantity("spread", "spread of places by the law"),
        "variance": Quantity("spread", "variance of a path"),
        "distance": Quantity("length", "distance per step"),
    },
    of=of,
    learn=known_of,
    awake=False,
    horizon=(500, 1000),
    windows=False,
)
