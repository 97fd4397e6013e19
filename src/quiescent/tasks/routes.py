"""Routes over a track, given by their corners, and the regions that are named along them."""

from itertools import combinations, pairwise
from math import dist
from typing import Annotated, NamedTuple

import numpy as np
from jaxtyping import Float
from pydantic import AfterValidator, model_validator

from quiescent.settings import Number, Positive, Settings

Corner = tuple[Number, Number]  # m
CERTAIN = 1e-6  # how far probabilities may be from 1 in sum


class Route(Settings):
    """Straight pieces between corners: there and back, or round and round if it is closed."""

    corners: tuple[Corner, ...]  # m, from end to end
    closed: bool = False  # from the last corner back to the first
    probability: Positive = 1.0  # with which this route is chosen; those of all sum to 1

    @model_validator(mode="after")
    def _corners_make_a_line(self) -> "Route":
        fewest = 3 if self.closed else 2
        if len(self.corners) < fewest:
            raise ValueError(f"corners: must be {fewest} or more of {'a closed' if self.closed else 'an open'} route")
        if any(begin == end for begin, end in pairwise(self.line)):
            raise ValueError("corners: those that follow each other must differ")
        return self

    @property
    def line(self) -> tuple[Corner, ...]:
        """List the corners from end to end; of a closed route, the first once more."""
        return self.corners + (self.corners[:1] if self.closed else ())

    @property
    def lap(self) -> tuple[Corner, ...]:
        """List the corners of one lap, which ends where it begins: round, or there and back."""
        return self.line if self.closed else self.corners + self.corners[-2::-1]


class NamedRegion(Settings):
    """A disc with a name."""

    name: str  # in tables and figures
    centre: Corner  # m
    radius: Positive = 0.15  # m


def _routes(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    if not routes:
        raise ValueError("must have one route or more")
    if abs(sum(route.probability for route in routes) - 1) > CERTAIN:
        raise ValueError("the probabilities of all routes must sum to 1")
    if len({route.corners[0] for route in routes}) > 1:
        raise ValueError("all routes must begin at the same corner, where the next one is chosen")
    return routes


def _regions(regions: tuple[NamedRegion, ...]) -> tuple[NamedRegion, ...]:
    if len({region.name for region in regions}) < max(2, len(regions)):
        raise ValueError("must be two regions or more, each with a name of its own")
    for one, other in combinations(regions, 2):
        if dist(one.centre, other.centre) < one.radius + other.radius:
            raise ValueError(f"regions must not overlap, but {one.name} and {other.name} do")
    return regions


Routes = Annotated[tuple[Route, ...], AfterValidator(_routes)]
Regions = Annotated[tuple[NamedRegion, ...], AfterValidator(_regions)]


class Laps(NamedTuple):
    """One lap of every route, end to end: all begin and end at the same corner, so that they make one line."""

    distances: Float[np.ndarray, " corner"]  # m along that line
    corners: Float[np.ndarray, "corner 2"]  # m
    begins: Float[np.ndarray, " route"]  # m along that line, where the lap of each route begins
    lengths: Float[np.ndarray, " route"]  # m

    def at(self, distances: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape 2"]:
        """Find the places at some distances along the line."""
        places = [np.interp(distances, self.distances, along) for along in self.corners.T]
        return np.stack(places, -1)


def laps(routes: tuple[Route, ...]) -> Laps:
    """Lay the laps of all routes end to end."""
    corners = np.array([routes[0].corners[0], *(corner for route in routes for corner in route.lap[1:])], float)
    distances = np.append(0.0, np.linalg.norm(np.diff(corners, axis=0), axis=1).cumsum())
    ends = distances[np.cumsum([len(route.lap) - 1 for route in routes])]
    begins = np.append(0.0, ends[:-1])
    return Laps(distances, corners, begins, ends - begins)
