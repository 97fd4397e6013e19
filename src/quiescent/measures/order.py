"""Order: are decoded paths more than a shuffled bag of places? The theory is silent, and readers ask."""

import math

import numpy as np
import xarray as xr
from jaxtyping import Float
from scipy.stats import wasserstein_distance

from quiescent.measures.measure import Activities, Measure
from quiescent.quiescence.phases import RESTING

LAGS = (1, 2, 5, 10, 20, 50)  # steps
POINTS = 20_000  # displacements that are compared


def lengths(
    paths: Float[np.ndarray, "time trial dim"], lag: int, *, circular: bool = False
) -> Float[np.ndarray, " pair"]:
    """Lengths of all displacements over a lag whose ends are both there (m, or rad the short way round)."""
    if lag >= len(paths):
        return np.empty(0)
    steps = paths[lag:].astype(float) - paths[:-lag]
    if circular:
        steps = np.remainder(steps + math.pi, 2 * math.pi) - math.pi
    found = np.linalg.norm(steps, axis=-1).ravel()
    return np.asarray(found[np.isfinite(found)])


def shuffled(
    paths: Float[np.ndarray, "time trial dim"], rng: np.random.Generator
) -> Float[np.ndarray, "time trial dim"]:
    """Every path with the time of its steps permuted: the same places, without order."""
    order = rng.random(paths.shape[:2]).argsort(0)
    return np.asarray(np.take_along_axis(paths, order[..., None], axis=0))


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Displacements by lag, of decoded and of shuffled paths, and how far both are from behaviour's."""
    active = phases["active"]
    names = ("displacement", "shuffled", "order", "to_behaviour", "shuffled_to_behaviour")
    table = {name: np.full((len(phases), len(LAGS)), np.nan) for name in names}
    for row, one in enumerate(phases.values()):
        null = shuffled(one.decoded, rng)
        for column, lag in enumerate(LAGS):
            own, other, target = (
                _some(lengths(paths, lag, circular=one.circular), rng) for paths in (one.decoded, null, active.decoded)
            )
            if not len(own) or not len(other) or not len(target):
                continue
            table["displacement"][row, column] = own.mean()
            table["shuffled"][row, column] = other.mean()
            table["order"][row, column] = 1 - own.mean() / other.mean() if other.mean() > 0 else math.nan
            table["to_behaviour"][row, column] = wasserstein_distance(own, target)
            table["shuffled_to_behaviour"][row, column] = wasserstein_distance(other, target)
    length = "rad" if active.circular else "m"
    long_names = {
        "displacement": "mean displacement",
        "shuffled": "mean displacement of shuffled paths",
        "order": "1 - displacement / shuffled: 0 without order",
        "to_behaviour": "Wasserstein distance of displacements from behaviour's",
        "shuffled_to_behaviour": "the same of shuffled paths",
    }
    return xr.Dataset(
        {
            name: (
                ("phase", "lag"),
                values,
                {"unit": "" if name == "order" else length, "long_name": long_names[name]},
            )
            for name, values in table.items()
        },
        coords={"phase": list(phases), "lag": list(LAGS)},
    )


def _some(values: Float[np.ndarray, " pair"], rng: np.random.Generator) -> Float[np.ndarray, " some"]:
    return values if len(values) <= POINTS else values[rng.integers(len(values), size=POINTS)]


MEASURE = Measure(
    phases=RESTING,
    compute=compute,
)
