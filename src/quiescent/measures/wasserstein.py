"""Sliced Wasserstein distance: how far must decoded positions be moved to be those of behaviour?"""

import math

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.measures.measure import Activities, Measure, points_of
from quiescent.quiescence.phases import OTHER_BEHAVIOUR, RESTING, UNTRAINED

POINTS = 5_000  # of each phase, drawn at random
PROJECTIONS = 50


def wasserstein(
    one: Float[np.ndarray, "point dim"],
    other: Float[np.ndarray, "other_point dim"],
    rng: np.random.Generator,
    *,
    circular: bool = False,
) -> float:
    """Distance between two clouds: sliced 2-Wasserstein on the plane (m), 1-Wasserstein along the circle (rad)."""
    try:
        import ot
    except ImportError:
        raise QuiescentError("wasserstein needs POT: pip install 'quiescent[paper]'") from None
    if not len(one) or not len(other):
        return math.nan
    first, second = (cloud[rng.permutation(len(cloud))[:POINTS]].astype(float) for cloud in (one, other))
    if circular:
        turns = [np.remainder(cloud[:, 0] / (2 * math.pi), 1) for cloud in (first, second)]
        return float(2 * math.pi * ot.wasserstein_circle(*turns, p=1)[0])
    if first.shape[1] == 1:
        return float(np.sqrt(ot.wasserstein_1d(first[:, 0], second[:, 0], p=2)))
    seed = int(rng.integers(2**31))
    return float(ot.sliced_wasserstein_distance(first, second, n_projections=PROJECTIONS, seed=seed))


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Distance of every phase from the network's own behaviour; of other behaviour too, which is the floor."""
    own = phases["active"]
    points, others = points_of(own.decoded), {name: one for name, one in phases.items() if name != "active"}
    values = [wasserstein(points_of(one.decoded), points, rng, circular=own.circular) for one in others.values()]
    attrs = {"unit": "rad" if own.circular else "m", "long_name": "sliced Wasserstein distance from behaviour"}
    return xr.Dataset({"wasserstein": ("phase", values, attrs)}, coords={"phase": list(others)})


MEASURE = Measure(
    phases=RESTING | UNTRAINED | {"behaviour": OTHER_BEHAVIOUR},
    compute=compute,
)
