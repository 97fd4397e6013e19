"""Spatial navigation: a foraging walk in a box, tracked from its own displacements."""

import math
from typing import ClassVar, Literal, NamedTuple

import torch
from torch import Tensor

from quiescent.settings import Count, NotNegative, Number, Positive, Settings
from quiescent.tasks.codes import Code, Identity, PlaceCellSettings, place_cells
from quiescent.tasks.trials import Box, Trials


class SpatialNavigation(Settings):
    """Random foraging (Krishna et al. 2024, after Sorscher et al. 2019)."""

    n_inputs: ClassVar[int] = 2
    variable: ClassVar[str] = "position"

    name: Literal["spatial_navigation"] = "spatial_navigation"
    steps: Count = 100
    dt: Positive = 0.02  # s
    biased: bool = False  # pull every step towards the anchor point
    box_width: Positive = 2.2  # m
    box_height: Positive = 2.2  # m
    init_pos: Literal["uniform", "zero"] = "uniform"
    border_region: NotNegative = 0.03  # m from a wall
    border_slow_factor: NotNegative = 0.25
    drift_const: Number = 0.05  # share of the way to the anchor point, per step
    anchor_point: tuple[Number, Number] = (0.0, 0.0)  # m
    speed_scale: Positive = 0.26 * math.pi  # m/s, scale of the Rayleigh distribution
    turn_mean: Number = 0.0  # rad/s
    turn_std: NotNegative = 11.52  # rad/s
    use_place_cells: bool = True  # false: the code is the position itself
    place_cells: PlaceCellSettings = PlaceCellSettings()

    @property
    def box(self) -> Box:
        x, y = self.box_width / 2, self.box_height / 2
        return ((-x, x), (-y, y))

    def code(self, generator: torch.Generator) -> Code:
        if not self.use_place_cells:
            return Identity(2)
        return place_cells(self.place_cells, self.box, generator)

    def sample(self, batch_size: int, *, generator: torch.Generator) -> Trials:
        """Draw walks; the first step only warms up, so that inputs already obey the walls."""
        device = generator.device
        shape = (self.steps + 1, batch_size)
        uniform = torch.rand(shape, generator=generator, device=device)
        lengths = self.speed_scale * self.dt * torch.sqrt(-2 * torch.log1p(-uniform))
        turns = torch.randn(shape, generator=generator, device=device)
        turns = (self.turn_mean + self.turn_std * turns) * self.dt
        rotations = torch.polar(torch.ones_like(turns), turns)
        heading = 2 * math.pi * torch.rand(batch_size, generator=generator, device=device)
        direction = torch.stack([heading.cos(), heading.sin()], -1)
        position = torch.rand(batch_size, 2, generator=generator, device=device)
        half = torch.tensor([self.box_width / 2, self.box_height / 2], device=device)
        position = (2 * position - 1) * (half if self.init_pos == "uniform" else 0 * half)

        anchor = torch.tensor(self.anchor_point, device=device)
        walls = _Walls.of(half - self.border_region, batch_size)
        # Broadcasting costs as much as the arithmetic here, so it is done once.
        lengths = lengths.unsqueeze(-1).expand(*shape, 2).contiguous()
        slow = self.border_slow_factor * lengths
        positions, steps = [position], []
        for fast_length, slow_length, rotation in zip(lengths, slow, rotations, strict=True):
            near, along = walls.avoid(position, direction)
            step = direction * torch.where(near, slow_length, fast_length)
            if self.biased:
                step = step + self.drift_const * (anchor - position)
            direction = torch.view_as_real(torch.view_as_complex(along) * rotation)
            position = position + step
            positions.append(position)
            steps.append(step)
        return Trials(torch.stack(steps[1:]), positions[1], torch.stack(positions[2:]))


class _Walls(NamedTuple):
    # The lines at which the region near a wall begins, and constants, all of shape (trial, 2).
    inner: Tensor
    zero: Tensor
    one: Tensor

    @classmethod
    def of(cls, inner: Tensor, trials: int) -> "_Walls":
        inner = inner.repeat(trials, 1)
        return cls(inner, torch.zeros_like(inner), torch.ones_like(inner))

    def avoid(self, position: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        """Whether each walker is near a wall, the nearest one, and facing it; and the direction that it swerves to.

        Such a walker swerves until it goes along the wall. All arrays are (trial, 2).
        """
        depth = position.abs().sub_(self.inner)
        facing = torch.minimum(torch.minimum(depth, position * direction), depth - depth.flip(-1)) > self.zero
        aside = facing.flip(-1)
        along = torch.where(aside, torch.copysign(self.one, direction), direction)
        return facing | aside, torch.where(facing, self.zero, along)
