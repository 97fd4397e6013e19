"""KL from a common start: does rest reach all places of behaviour wherever it began?

Starts of rest are usually spread as behaviour is, so that a network which stands still has a low KL too.
"""

import math

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.measures.kl import CLIP, LEAST_POINTS, density, density_or_none, kl
from quiescent.measures.measure import Activities, Measure, points_of
from quiescent.quiescence.activity import Active, Rest
from quiescent.spaces.density import Density

PLACES = 4


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """KL of rest from one place, after a burn-in, against behaviour; mean over several places (nats).

    Of a place from which nothing moves, it is the largest that is counted, log 1e7.
    """
    active = phases["active"]
    target = density(active.decoded, circular=active.circular)
    rest = {name: one for name, one in phases.items() if name != "active"}
    means, spreads = [], []
    for one in rest.values():
        groups = [points_of(group) for group in np.array_split(one.decoded, PLACES, axis=1)]
        values = [_from_place(group, target, one.circular, rng) for group in groups if len(group) >= LEAST_POINTS]
        means.append(float(np.mean(values)) if values else math.nan)
        spreads.append(float(np.std(values, ddof=1)) if len(values) > 1 else math.nan)
    return xr.Dataset(
        {
            "kl_common": ("phase", means, {"unit": "nats", "long_name": "KL from a common start"}),
            "kl_common_spread": ("phase", spreads, {"unit": "nats", "long_name": "its spread over places"}),
        },
        coords={"phase": list(rest)},
    )


def _from_place(
    points: Float[np.ndarray, "point dim"], target: Density, circular: bool, rng: np.random.Generator
) -> float:
    source = density_or_none(points, circular=circular)
    return CLIP if source is None else kl(source, target, rng=rng).value  # points that stand still have no density


MEASURE = Measure(
    phases={
        "active": Active(trials=200),
        "quiescent": Rest(trials=200, steps=2000, burn_in=1000, places=PLACES),
        "noisy": Rest(trials=200, steps=2000, burn_in=1000, places=PLACES, noise="absolute", only_noise_free=True),
        "random": Rest(trials=200, steps=2000, burn_in=1000, places=PLACES, untrained=True),
    },
    compute=compute,
)
