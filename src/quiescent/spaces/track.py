"""A track: the plane between walls, with the routes that an animal runs in it and regions that have names."""

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from quiescent.spaces.box import Box
from quiescent.spaces.density import Density, NoSpread
from quiescent.spaces.line_density import LineDensity
from quiescent.spaces.space import Array, Bounds, Display, Points

Corner = tuple[float, float]
Region = tuple[str, Corner, float]  # a disc: its name, centre and radius (m)


@dataclass(frozen=True)
class Track:
    """Positions in metres on the plane between walls, where behaviour keeps to lines.

    `routes` are lists of corner points; one that is closed ends where it begins. `regions` are discs with names.

    Examples
    --------
    >>> line = Track(((-1.2, 1.2), (-0.2, 0.2)), (((-1.0, 0.0), (1.0, 0.0)),), (("end", (1.0, 0.0), 0.1),))
    >>> line.away(np.array([[0.0, 0.1], [1.3, 0.4]])).round(3)
    array([0.1, 0.5])
    """

    kind: ClassVar[str] = "track"
    variable: ClassVar[str] = Box.variable
    unit: ClassVar[str] = Box.unit
    spread_unit: ClassVar[str] = Box.spread_unit
    display: ClassVar[Display] = Box.display
    polar: ClassVar[bool] = False
    periodic: ClassVar[bool] = False

    walls: Bounds
    routes: tuple[tuple[Corner, ...], ...]
    regions: tuple[Region, ...]

    @property
    def box(self) -> Box:
        """Return the plane between the walls."""
        return Box(self.walls)

    @property
    def bounds(self) -> Bounds:
        return self.box.bounds

    @property
    def axes(self) -> tuple[str, ...]:
        return self.box.axes

    def difference(self, a: Array, b: Array) -> Array:
        return self.box.difference(a, b)

    def unwrapped(self, paths: Float[np.ndarray, "time trial dim"]) -> Float[np.ndarray, "time trial dim"]:
        return self.box.unwrapped(paths)

    def embedded(self, points: Float[np.ndarray, "*shape dim"]) -> Float[np.ndarray, "*shape dim"]:
        return self.box.embedded(points)

    def spread(
        self, paths: Float[np.ndarray, "time *shape dim"], weights: Float[np.ndarray, " time"] | None = None
    ) -> Float[np.ndarray, "*shape"]:
        """Compute the total variance, the trace of the covariance (m^2)."""
        return self.box.spread(paths, weights)

    def density(self, points: Points) -> Density:
        """Estimate the density as in a box; that of points on one straight line, as true paths are, has a width too."""
        try:
            return self.box.density(points)
        except NoSpread:
            return LineDensity(points)

    def hue(self, points: Float[np.ndarray, "*shape dim"]) -> tuple[Float[np.ndarray, "*shape"], str]:
        return self.box.hue(points)

    @property
    def segments(self) -> Float[np.ndarray, "segment 2 2"]:
        """List the straight pieces between corners, from and to (m); one that routes share, either way, once."""
        pieces = {tuple(sorted(piece)): piece for route in self.routes for piece in itertools.pairwise(route)}
        return np.array(list(pieces.values()), float)

    def nodes(self, spacing: float) -> tuple[Float[np.ndarray, "node 2"], Float[np.ndarray, " node"]]:
        """Cut the lines into pieces no longer than a spacing (m); returns their middles and lengths (m)."""
        middles, lengths = [], []
        for begin, end in self.segments:
            length = np.linalg.norm(end - begin)
            pieces = max(1, int(np.ceil(length / spacing)))
            middles.append(begin + (np.arange(pieces)[:, None] + 0.5) / pieces * (end - begin))
            lengths.append(np.full(pieces, length / pieces))
        return np.concatenate(middles), np.concatenate(lengths)

    def away(self, points: Float[np.ndarray, "*shape 2"]) -> Float[np.ndarray, "*shape"]:
        """Measure how far points are from the nearest line (m); NaN for points that are NaN."""
        nearest = np.full(points.shape[:-1], np.inf)
        for begin, end in self.segments:
            along = end - begin
            share = np.clip((points - begin) @ along / (along @ along), 0, 1)
            nearest = np.minimum(nearest, np.linalg.norm(points - begin - share[..., None] * along, axis=-1))
        return nearest
