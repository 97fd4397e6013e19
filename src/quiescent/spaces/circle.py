"""A circle: headings, which come back to where they began."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from quiescent.spaces.box import Box
from quiescent.spaces.density import SMALLEST, Density, NoSpread
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


class CircleDensity:
    """Wrapped Gaussian kernel density of angles, exact through its Fourier series.

    Scott's bandwidth from the circular standard deviation, which is capped at that of the uniform
    distribution (pi / sqrt(3)).
    """

    MOST_HARMONICS = 10_000

    def __init__(self, angles: Float[np.ndarray, "point 1"]) -> None:
        self._angles = angles[:, 0].astype(float)
        self.bandwidth = self._bandwidth(self._angles)
        turn, power = np.exp(-1j * self._angles), np.ones(len(angles), complex)
        coefficients = []
        for k in range(1, self._harmonics(self.bandwidth) + 1):
            power = power * turn
            coefficients.append(power.mean() * math.exp(-0.5 * (k * self.bandwidth) ** 2))
        self._coefficients = np.array(coefficients)

    @classmethod
    def fits(cls, angles: Float[np.ndarray, "point 1"]) -> bool:
        """Tell whether the series is of a reasonable length: angles that crowd have a narrow kernel."""
        return cls._harmonics(cls._bandwidth(angles[:, 0].astype(float))) <= cls.MOST_HARMONICS

    @staticmethod
    def _bandwidth(angles: Float[np.ndarray, " point"]) -> float:
        resultant = max(abs(np.exp(1j * angles).mean()), SMALLEST)
        spread = min(math.sqrt(max(-2 * math.log(resultant), 0.0)), math.pi / math.sqrt(3))
        return float(max(spread, 1e-9) * len(angles) ** -0.2)

    @staticmethod
    def _harmonics(bandwidth: float) -> int:
        return math.ceil(7.5 / bandwidth)  # the kernel's next harmonic is below 1e-12

    def log(self, points: Points) -> Float[np.ndarray, " point"]:
        turn, series = np.exp(1j * points[:, 0]), np.zeros(len(points), complex)
        for coefficient in self._coefficients[::-1]:  # Horner's rule: a table of all harmonics could fill the memory
            series = (series + coefficient) * turn
        density = (1 + 2 * series.real) / (2 * math.pi)
        return np.asarray(np.log(np.maximum(density, SMALLEST)))

    def sample(self, number: int, rng: np.random.Generator) -> Points:
        angles = rng.choice(self._angles, number) + self.bandwidth * rng.standard_normal(number)
        return wrap(angles)[:, None]


class _TangentDensity:
    """Density of headings that crowd within a fraction of a degree: that of a line which touches the circle there."""

    def __init__(self, angles: Points) -> None:
        self._centre = np.angle(np.exp(1j * angles).mean(0))
        self._line = Box(((-math.pi, math.pi),)).density(wrap(angles - self._centre))

    def log(self, points: Points) -> Float[np.ndarray, " point"]:
        return np.asarray(np.maximum(self._line.log(wrap(points - self._centre)), math.log(SMALLEST)))

    def sample(self, number: int, rng: np.random.Generator) -> Points:
        return wrap(self._line.sample(number, rng) + self._centre)
