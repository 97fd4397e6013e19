"""Temperature: what does another strength of noise at rest do, and is it what the theory says?

With noise of `c` times the trained standard deviation the stationary density is `p^(2 / c^2)`, behaviour's at sqrt(2).
"""

import math

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.measures.distance import distance
from quiescent.measures.kl import CLIP, density, density_or_none, kl
from quiescent.measures.measure import Activities, Measure, mean, points_of
from quiescent.measures.variance import variance
from quiescent.quiescence.activity import Active, Rest
from quiescent.spaces.density import Density
from quiescent.tasks.trials import Box

FACTORS = (0.0, 0.5, 0.75, 1.0, 1.2, math.sqrt(2), 1.7, 2.0, 2.8, 4.0)
NODES = {1: 2000, 2: 150}  # per dimension, of the grid on which densities are raised to a power


class Tempered:
    """A density over the box, raised to a power and normalised again, on a grid."""

    def __init__(self, density: Density, power: float, box: Box) -> None:
        axes = [np.linspace(low, high, NODES[len(box)]) for low, high in box]
        self.points = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], -1)
        self._density, self._power = density, power
        log = power * np.maximum(density.log(self.points), -CLIP)
        volume = math.prod(axis[1] - axis[0] for axis in axes)
        self._log_sum = float(log.max() + math.log(np.exp(log - log.max()).sum() * volume))
        self.weights = np.exp(log - self._log_sum) * volume

    def log(self, points: Float[np.ndarray, "point dim"]) -> Float[np.ndarray, " point"]:
        return np.asarray(self._power * np.maximum(self._density.log(points), -CLIP) - self._log_sum)

    def draw(self, n: int, rng: np.random.Generator) -> Float[np.ndarray, "point dim"]:
        return self.points[rng.choice(len(self.points), n, p=self.weights)]


def spread(points: Float[np.ndarray, "point dim"], *, circular: bool, weights: np.ndarray | None = None) -> float:
    """Total variance of a cloud of points (m^2); of angles the circular variance. NaN for fewer than two."""
    if len(points) < 2:
        return math.nan
    if circular:
        return float(1 - abs(np.average(np.exp(1j * points[:, 0].astype(float)), weights=weights)))
    centred = points - np.average(points, axis=0, weights=weights)
    return float(np.average(np.square(centred).sum(-1), weights=weights))


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Measures against the factor of noise at rest, beside the temperature law's spread and density."""
    active, scan = phases["active"], {name: one for name, one in phases.items() if name != "active"}
    behaviour = density(active.decoded, circular=active.circular)
    table: dict[str, list[float]] = {
        name: [] for name in ("kl", "kl_tempered", "spread", "predicted", "variance", "distance")
    }
    for name, one in scan.items():
        factor, points = float(name), points_of(one.decoded)
        source = density_or_none(points, circular=one.circular)
        law = Tempered(behaviour, 2 / factor**2, active.box) if factor else None
        table["kl"].append(math.nan if source is None else kl(source, behaviour, rng=rng).value)
        tempered = math.nan if source is None or law is None else kl(source, law, rng=rng).value
        table["kl_tempered"].append(tempered)
        table["spread"].append(spread(points, circular=one.circular))
        predicted = math.nan if law is None else spread(law.points, circular=one.circular, weights=law.weights)
        table["predicted"].append(predicted)
        table["variance"].append(mean(variance(one.decoded, circular=one.circular)))
        table["distance"].append(mean(distance(one.decoded, circular=one.circular)))
    square, length = ("", "rad") if active.circular else ("m^2", "m")
    units = {"kl": "nats", "kl_tempered": "nats", "distance": length}
    return xr.Dataset(
        {name: ("factor", values, {"unit": units.get(name, square)}) for name, values in table.items()},
        coords={"factor": [float(name) for name in scan]},
    )


MEASURE = Measure(
    phases={"active": Active(trials=200)}
    | {f"{one:.4f}": Rest(trials=200, steps=1000, burn_in=500, noise=one, only_noisy=True) for one in FACTORS},
    compute=compute,
)
