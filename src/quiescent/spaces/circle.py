"""A circle: headings, which come back to where they began."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from quiescent.spaces.box import Box
from quiescent.spaces.density import SMALLEST, CircleDensity, Density, NoSpread
from quiescent.spaces.space import Array, Bounds, Display, Points, counted


def wrap(angle: Array) -> Array:
    """Bring angles (rad) into [-pi, pi).

    Examples
    --------
    >>> wrap(np.array([0.5, 3.5])).round(3)
    array([ 0.5  , -2.783])
    """
    return (angle + math.pi) % (2 * math.pi) - math.pi


@dataclass(frozen=True)
class Circle:
    """Headings in radians, counter-clockwise positive."""

    kind: ClassVar[str] = "circle"
    variable: ClassVar[str] = "heading"
    unit: ClassVar[str] = "rad"
    spread_unit: ClassVar[str] = ""
    display: ClassVar[Display] = Display("deg", 180 / math.pi)
    polar: ClassVar[bool] = True
    periodic: ClassVar[bool] = True

    @property
    def bounds(self) -> Bounds:
        return ((-math.pi, math.pi),)

    @property
    def axes(self) -> tuple[str, ...]:
        return ("heading",)

    def difference(self, a: Array, b: Array) -> Array:
        return wrap(a - b)

    def unwrapped(self, paths: Float[np.ndarray, "time trial dim"]) -> Float[np.ndarray, "time trial dim"]:
        counts = np.isfinite(paths)
        last = np.maximum.accumulate(np.where(counts, np.arange(len(paths))[:, None, None], 0), axis=0)
        filled = np.take_along_axis(np.nan_to_num(paths), last, axis=0)  # a heading that is left out takes no part
        return np.where(counts, np.unwrap(filled, axis=0), np.nan)

    def embedded(self, points: Float[np.ndarray, "*shape dim"]) -> Float[np.ndarray, "*shape coordinate"]:
        return np.concatenate([np.cos(points), np.sin(points)], -1)

    def spread(
        self, paths: Float[np.ndarray, "time *shape dim"], weights: Float[np.ndarray, " time"] | None = None
    ) -> Float[np.ndarray, "*shape"]:
        """Compute the circular variance, 1 minus the mean resultant length, in [0, 1]."""
        mass = counted(paths, weights)
        enough = (mass > 0).sum(0) > 1
        turns = mass * np.exp(1j * np.nan_to_num(paths[..., 0].astype(float)))
        values = 1 - np.abs(turns.sum(0) / np.where(enough, mass.sum(0), 2))
        return np.asarray(np.where(enough, values, np.nan))

    def density(self, points: Points) -> Density:
        points = points.astype(float)
        if len(points) < 2 or (np.ptp(wrap(points - points[:1]), axis=0) == 0).any():
            raise NoSpread("a density needs headings that differ")
        if CircleDensity.fits(points):
            return CircleDensity(points)
        return _TangentDensity(points)

    def hue(self, points: Float[np.ndarray, "*shape dim"]) -> tuple[Float[np.ndarray, "*shape"], str]:
        return points[..., 0], "heading"


class _TangentDensity:
    """Density of headings that crowd within a fraction of a degree: that of a line which touches the circle there."""

    def __init__(self, angles: Points) -> None:
        self._centre = np.angle(np.exp(1j * angles).mean(0))
        self._line = Box(((-math.pi, math.pi),)).density(wrap(angles - self._centre))

    def log(self, points: Points) -> Float[np.ndarray, " point"]:
        return np.asarray(np.maximum(self._line.log(wrap(points - self._centre)), math.log(SMALLEST)))

    def sample(self, number: int, rng: np.random.Generator) -> Points:
        return wrap(self._line.sample(number, rng) + self._centre)
