"""Tracks: an animal that runs along lines, round a triangle or to and fro in a T-maze, tracked from its own steps."""

import itertools
from typing import ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import model_validator

from quiescent.recordings.parts import Part
from quiescent.settings import Count, NotNegative, Positive, Settings
from quiescent.spaces import Bounds, Track
from quiescent.tasks.codes import Code, Identity
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells
from quiescent.tasks.routes import Laps, Regions, Routes, laps
from quiescent.tasks.trials import Trials


class Tracks(Settings):
    """Laps along routes of which each begins, and leads back, to the same corner, where the next one is chosen.

    Speed along the route is an Ornstein-Uhlenbeck process. Where it falls below zero the animal walks backwards, so
    that mean, standard deviation and autocorrelation are exactly those that are set.
    """

    n_inputs: ClassVar[int] = 2
    content: ClassVar[None] = None
    held_out: ClassVar[float] = 0.0
    live: ClassVar[None] = None  # the live page does not sample it, but shows trials

    name: Literal["tracks"] = "tracks"
    steps: Count = 100  # of a trial
    dt: Positive = 0.1  # s
    routes: Routes  # along which it runs
    regions: Regions  # named discs, between which paths are followed
    margin: Positive = 0.2  # m, of the box around all routes
    speed_mean: NotNegative = 0.4  # m/s
    speed_std: NotNegative = 0.15  # m/s
    speed_time: Positive = 1.0  # s, in which the autocorrelation of speed falls to 1/e
    use_place_cells: bool = True  # false: the code is the position itself
    place_cells: PlaceCellSettings = PlaceCellSettings()

    @model_validator(mode="after")
    def _fits(self) -> "Tracks":
        for region in self.regions:
            inside = zip(region.centre, self._walls, strict=True)
            if not all(low <= along <= high for along, (low, high) in inside):
                raise ValueError(f"regions: {region.name} must lie in the box, {_written(self._walls)}")
        if self.speed_mean == self.speed_std == 0:
            raise ValueError("speed_mean, speed_std: one of them must be above 0, or nothing ever moves")
        step, shortest = (self.speed_mean + self.speed_std) * self.dt, float(laps(self.routes).lengths.min())
        if step >= shortest:
            raise ValueError(
                f"speed_mean, speed_std, dt: a step of {step:.3g} m must be shorter than a lap of {shortest:.3g} m"
            )
        return self

    @property
    def space(self) -> Track:
        regions = tuple((region.name, region.centre, region.radius) for region in self.regions)
        return Track(self._walls, tuple(route.line for route in self.routes), regions)

    @property
    def _walls(self) -> Bounds:
        corners = np.array([corner for route in self.routes for corner in route.corners])
        low, high = corners.min(0) - self.margin, corners.max(0) + self.margin
        return tuple(zip(low.tolist(), high.tolist(), strict=True))

    def code(self, generator: torch.Generator) -> Code:
        if not self.use_place_cells:
            return Identity(2)
        return place_cells(self.place_cells, self._walls, generator)

    def sample(self, batch_size: int, *, generator: torch.Generator, part: Part = "training") -> Trials:
        """Sample trials that begin anywhere along the laps, as often as an animal that runs on and on is there."""
        device = generator.device
        normal = torch.randn(self.steps, batch_size, generator=generator, device=device)
        begin, first = torch.rand(2, batch_size, generator=generator, device=device).cpu().double().numpy()
        walked = np.zeros((self.steps + 1, batch_size))
        np.cumsum(self.dt * self._speeds(normal.cpu().numpy()), axis=0, out=walked[1:])
        line = laps(self.routes)
        chances = np.array([route.probability for route in self.routes])
        run = _chosen(first, chances * line.lengths)  # long laps last longer
        walked += begin * line.lengths[run]
        before, after = (int(max(0, np.ceil(far / line.lengths.min()))) for far in (-walked.min(), walked.max()))
        others = torch.rand(before + after, batch_size, generator=generator, device=device).cpu().double().numpy()
        order = np.insert(_chosen(others, chances), before, run, axis=0)
        path = line.at(_along(walked, order, before, line))
        inputs, positions = (
            torch.from_numpy(one.astype(np.float32)).to(device) for one in (np.diff(path, axis=0), path)
        )
        return Trials(inputs, positions[0], positions[1:])

    def _speeds(self, normal: Float[np.ndarray, "time trial"]) -> Float[np.ndarray, "time trial"]:
        """Turn independent normal numbers into a stationary Ornstein-Uhlenbeck process at steps of dt, exactly."""
        kept = np.exp(-self.dt / self.speed_time)
        deviations = normal.astype(float)
        deviations[1:] *= np.sqrt(-np.expm1(-2 * self.dt / self.speed_time))
        for earlier, later in itertools.pairwise(deviations):
            later += kept * earlier
        return self.speed_mean + self.speed_std * deviations


def _chosen(uniform: Float[np.ndarray, "*shape"], chances: Float[np.ndarray, " route"]) -> Int[np.ndarray, "*shape"]:
    """Choose routes by their chances, from numbers that are uniform between 0 and 1."""
    return np.asarray(np.searchsorted(np.cumsum(chances)[:-1] / chances.sum(), uniform, side="right"))


def _along(
    walked: Float[np.ndarray, "time trial"], order: Int[np.ndarray, "lap trial"], before: int, line: Laps
) -> Float[np.ndarray, "time trial"]:
    """Turn distances walked since the beginning of each trial's own lap into distances along the line of all laps.

    `order` has the routes of every trial's laps, of which `before` come before its own.
    """
    begins = np.zeros((len(order), order.shape[1]))
    np.cumsum(line.lengths[order[:-1]], axis=0, out=begins[1:])
    begins -= begins[before]
    along: np.ndarray = walked + (line.begins[order[0]] - begins[0])
    for later, begin in zip(order[1:], begins[1:], strict=True):
        here = line.begins[later] - begin
        there = walked >= begin
        if there.any():
            along = np.where(there, walked + here, along)
    return along


def _written(walls: Bounds) -> str:
    return " x ".join(f"{low:g} to {high:g} m" for low, high in walls)
