"""Sliced Wasserstein distance: how far must decoded positions be moved to be those of behaviour?

Formula: the root of the mean over 50 directions of the squared 2-Wasserstein distance of projections, of up to 5,000
places of each phase; around a circle the 1-Wasserstein distance.

Source: Bonneel et al. (2015), by POT.

Fails: as `kl` does for networks that stand still, and for faded codes. Sliced, it is no more than the distance on the
plane, and mostly less; other behaviour is the floor.
"""

import math

import numpy as np
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.measures.measure import Measure, Quantity, Values, behaviour
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import OTHER_BEHAVIOUR, RESTING, UNTRAINED
from quiescent.spaces import Space
from quiescent.statistics import points_of

POINTS = 5_000  # of each phase, sampled at random
PROJECTIONS = 50


def wasserstein(
    first: Float[np.ndarray, "point dim"],
    second: Float[np.ndarray, "other_point dim"],
    space: Space,
    rng: np.random.Generator,
) -> float:
    """Compute the distance between two clouds of points.

    Sliced 2-Wasserstein on the plane (m), 1-Wasserstein along one periodic dimension (rad on a circle).
    """
    try:
        import ot
    except ImportError:
        raise QuiescentError("wasserstein needs POT: pip install 'quiescent[paper]'") from None
    if not len(first) or not len(second):
        return math.nan
    first, second = (cloud[rng.permutation(len(cloud))[:POINTS]].astype(float) for cloud in (first, second))
    if space.periodic and first.shape[1] == 1:
        ((low, high),) = space.bounds
        turns = [np.remainder((cloud[:, 0] - low) / (high - low), 1) for cloud in (first, second)]
        return float((high - low) * ot.wasserstein_circle(*turns, p=1)[0])
    if first.shape[1] == 1:
        return float(np.sqrt(ot.wasserstein_1d(first[:, 0], second[:, 0], p=2)))
    seed = int(rng.integers(2**31))
    clouds = (space.embedded(cloud) for cloud in (first, second))
    return float(ot.sliced_wasserstein_distance(*clouds, n_projections=PROJECTIONS, seed=seed))


def of(activity: Activity, active: Activity, rng: np.random.Generator) -> Values:
    """Compute the distance of one phase from the network's own behaviour; of other behaviour, it is the floor."""
    points, target = points_of(activity.decoded), points_of(active.decoded)
    return {"wasserstein": wasserstein(points, target, activity.space, rng)}


MEASURE = Measure(
    phases=RESTING | UNTRAINED | {"behaviour": OTHER_BEHAVIOUR},
    quantities={"wasserstein": Quantity("length", "sliced Wasserstein distance from behaviour")},
    of=of,
    learn=behaviour,
    awake=False,
    thin=True,
)
