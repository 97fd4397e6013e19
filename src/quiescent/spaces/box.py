"""A box: positions on a line or on the plane, between walls."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from quiescent.spaces.density import Density, ExactDensity, NoSpread, PlaneDensity, TooFine
from quiescent.spaces.space import Array, Bounds, Display, Points, counted


@dataclass(frozen=True)
class Box:
    """Positions in metres, between two walls in each of one or two dimensions.

    Examples
    --------
    >>> Box(((-1.1, 1.1), (-1.1, 1.1))).axes
    ('x', 'y')
    """

    kind: ClassVar[str] = "box"
    variable: ClassVar[str] = "position"
    unit: ClassVar[str] = "m"
    spread_unit: ClassVar[str] = "m^2"
    display: ClassVar[Display] = Display("cm", 100.0)
    polar: ClassVar[bool] = False
    periodic: ClassVar[bool] = False

    walls: Bounds

    def __post_init__(self) -> None:
        object.__setattr__(self, "walls", tuple((float(low), float(high)) for low, high in self.walls))

    @property
    def bounds(self) -> Bounds:
        return self.walls

    @property
    def axes(self) -> tuple[str, ...]:
        return ("x", "y", "z")[: len(self.walls)]

    def difference(self, a: Array, b: Array) -> Array:
        difference: Array = a - b
        return difference

    def unwrapped(self, paths: Float[np.ndarray, "time trial dim"]) -> Float[np.ndarray, "time trial dim"]:
        return paths

    def embedded(self, points: Float[np.ndarray, "*shape dim"]) -> Float[np.ndarray, "*shape dim"]:
        return points

    def spread(
        self, paths: Float[np.ndarray, "time *shape dim"], weights: Float[np.ndarray, " time"] | None = None
    ) -> Float[np.ndarray, "*shape"]:
        """Compute the total variance, the trace of the covariance (m^2)."""
        mass = counted(paths, weights)
        enough = (mass > 0).sum(0) > 1
        total = np.where(enough, mass.sum(0), 2)
        points = np.where(mass[..., None] > 0, paths.astype(float), 0)
        centred = points - (mass[..., None] * points).sum(0) / total[..., None]
        values = (mass * np.square(centred).sum(-1)).sum(0) / (total - (weights is None))
        return np.asarray(np.where(enough, values, np.nan))

    def density(self, points: Points) -> Density:
        points = points.astype(float, order="F")  # coordinates side by side: sums over points are then fast
        if len(points) <= points.shape[1]:
            raise NoSpread(f"a density needs more points than dimensions, but got shape {points.shape}")
        variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(points.T)))
        if (np.ptp(points, axis=0) == 0).any() or not variances[0] > 1e-10 * variances[-1]:
            raise NoSpread("a density needs points that spread in every dimension")
        try:
            return PlaneDensity(points)
        except TooFine:
            return ExactDensity(points)

    def hue(self, points: Float[np.ndarray, "*shape dim"]) -> tuple[Float[np.ndarray, "*shape"], str]:
        centre = np.array([sum(side) / 2 for side in self.walls], np.float32)
        return np.asarray(np.linalg.norm(points - centre, axis=-1)), "distance from the centre"
