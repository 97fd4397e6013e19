"""KL from a common start: does rest reach all places of behaviour wherever it began?

Starts of rest are usually spread as behaviour is, so that a network which stands still has a low KL too.
"""

import math

import numpy as np

from quiescent.measures.kl import LEAST_POINTS, density_of, kl
from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, Rest
from quiescent.quiescence.phases import BEHAVIOUR, noise_added
from quiescent.spaces import Density
from quiescent.spaces.density import CLIP
from quiescent.statistics import points_of

PLACES = 4


def density_of_behaviour(phases: Activities) -> Density:
    """Estimate the density of decoded behaviour."""
    active = phases["active"]
    return active.space.density(points_of(active.decoded))


def of(activity: Activity, target: Density, rng: np.random.Generator) -> Values:
    """Average the KL of rest from behaviour, after a burn-in, over several places that it starts from (nats).

    Of a place from which nothing moves, it is the largest that is counted, log 1e7.
    """
    values = []
    for group in np.array_split(activity.decoded, PLACES, axis=1):
        points = points_of(group)
        if len(points) >= LEAST_POINTS:
            source = density_of(points, activity.space)
            values.append(CLIP if source is None else kl(source, target, rng=rng).value)
    return {
        "kl_common": float(np.mean(values)) if values else math.nan,
        "kl_common_spread": float(np.std(values, ddof=1)) if len(values) > 1 else math.nan,
    }


FROM_PLACES = Rest(trials=200, steps=2000, burn_in=1000, places=PLACES)
MEASURE = Measure(
    phases={
        "active": BEHAVIOUR,
        "quiescent": FROM_PLACES,
        "noise_added": noise_added(FROM_PLACES),
        "random": FROM_PLACES._replace(weights="initial"),
    },
    quantities={
        "kl_common": Quantity("nats", "KL from a common start"),
        "kl_common_spread": Quantity("nats", "its standard deviation over places"),
    },
    of=of,
    learn=density_of_behaviour,
    awake=False,
)
