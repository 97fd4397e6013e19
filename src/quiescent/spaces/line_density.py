"""The density on the plane of points that all lie on one straight line."""

import math

import numpy as np
from jaxtyping import Float

from quiescent.spaces.box import Box
from quiescent.spaces.density import SMALLEST, Points


class LineDensity:
    """Gaussian kernel density with a round kernel, as wide across the line as Scott's rule makes it along the line.

    Raises `NoSpread` for points that are all the same.
    """

    def __init__(self, points: Points) -> None:
        self._centre = points.mean(0).astype(float)
        self._axes = np.linalg.svd(points[:: max(1, len(points) // 1000)] - self._centre)[2]
        along = self._turned(points)[:, :1]
        self._along = Box(((-1.0, 1.0),)).density(along)
        self.bandwidth = float(along.std(ddof=1)) * len(along) ** -0.2

    def log(self, points: Points) -> Float[np.ndarray, " point"]:
        along, across = np.split(self._turned(points), [1], axis=1)
        log_across = -0.5 * np.square(across / self.bandwidth).sum(-1)
        log_across -= across.shape[1] * math.log(self.bandwidth * math.sqrt(2 * math.pi))
        return np.asarray(np.maximum(self._along.log(along) + log_across, math.log(SMALLEST)))

    def sample(self, number: int, rng: np.random.Generator) -> Points:
        along = self._along.sample(number, rng)
        across = self.bandwidth * rng.standard_normal((number, len(self._axes) - 1))
        return np.asarray(np.concatenate([along, across], 1) @ self._axes + self._centre)

    def _turned(self, points: Points) -> Points:
        return np.asarray((points.astype(float) - self._centre) @ self._axes.T)
