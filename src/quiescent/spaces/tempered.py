"""Densities at another temperature: raised to a power and normalised again."""

import math

import numpy as np
from jaxtyping import Float

from quiescent.spaces.density import CLIP, Density
from quiescent.spaces.space import Space

NODES = {1: 2000, 2: 150}  # per dimension, of the grid on which densities are raised to a power


class Tempered:
    """A density between the bounds of a space, raised to a power and normalised again, on a grid."""

    def __init__(self, density: Density, power: float, space: Space) -> None:
        axes = [np.linspace(low, high, NODES[len(space.bounds)]) for low, high in space.bounds]
        self.points = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], -1)
        self._density, self._power = density, power
        log = power * np.maximum(density.log(self.points), -CLIP)
        volume = math.prod(axis[1] - axis[0] for axis in axes)
        self._log_sum = float(log.max() + math.log(np.exp(log - log.max()).sum() * volume))
        self.weights = np.exp(log - self._log_sum) * volume

    def log(self, points: Float[np.ndarray, "point dim"]) -> Float[np.ndarray, " point"]:
        return np.asarray(self._power * np.maximum(self._density.log(points), -CLIP) - self._log_sum)

    def sample(self, number: int, rng: np.random.Generator) -> Float[np.ndarray, "point dim"]:
        return self.points[rng.choice(len(self.points), number, p=self.weights)]
