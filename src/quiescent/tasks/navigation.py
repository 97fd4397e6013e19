"""Spatial navigation: a foraging walk in a box, tracked from its own displacements."""

import math
from typing import ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Bool, Complex, Float

from quiescent.recordings.parts import Part
from quiescent.settings import Count, NotNegative, Number, Positive, Settings
from quiescent.spaces import Box
from quiescent.tasks.codes import Code, Identity
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells
from quiescent.tasks.trials import Trials


class SpatialNavigation(Settings):
    """Random foraging (Krishna et al. 2024, after Sorscher et al. 2019)."""

    n_inputs: ClassVar[int] = 2
    content: ClassVar[None] = None
    held_out: ClassVar[float] = 0.0

    name: Literal["spatial_navigation"] = "spatial_navigation"
    steps: Count = 100  # of a trial
    dt: Positive = 0.02  # s
    biased: bool = False  # pull every step towards the anchor point
    box_width: Positive = 2.2  # m
    box_height: Positive = 2.2  # m
    init_pos: Literal["uniform", "zero"] = "uniform"  # where trials begin: anywhere, or in the middle
    border_region: NotNegative = 0.03  # m from a wall
    border_slow_factor: NotNegative = 0.25  # times the speed near a wall that is faced
    drift_const: Number = 0.05  # fraction of the way to the anchor point, per step
    anchor_point: tuple[Number, Number] = (0.0, 0.0)  # m
    speed_scale: Positive = 0.26 * math.pi  # m/s, scale of the Rayleigh distribution
    turn_mean: Number = 0.0  # rad/s
    turn_std: NotNegative = 11.52  # rad/s
    use_place_cells: bool = True  # false: the code is the position itself
    place_cells: PlaceCellSettings = PlaceCellSettings()

    @property
    def space(self) -> Box:
        x, y = self.box_width / 2, self.box_height / 2
        return Box(((-x, x), (-y, y)))

    @property
    def live(self) -> dict[str, object]:
        return {"kind": "walk", **self.model_dump(exclude={"name", "place_cells"})}

    def code(self, generator: torch.Generator) -> Code:
        if not self.use_place_cells:
            return Identity(2)
        return place_cells(self.place_cells, self.space.bounds, generator)

    def sample(self, batch_size: int, *, generator: torch.Generator, part: Part = "training") -> Trials:
        """Sample walks; the first step only warms up, so that inputs already obey the walls."""
        device = generator.device
        shape = (self.steps + 1, batch_size)
        uniform = torch.rand(shape, generator=generator, device=device)
        lengths = self.speed_scale * self.dt * torch.sqrt(-2 * torch.log1p(-uniform))
        turns = torch.randn(shape, generator=generator, device=device)
        turns = (self.turn_mean + self.turn_std * turns) * self.dt
        heading = 2 * math.pi * torch.rand(batch_size, generator=generator, device=device)
        position = torch.rand(batch_size, 2, generator=generator, device=device)
        half = torch.tensor([self.box_width / 2, self.box_height / 2], device=device)
        position = (2 * position - 1) * (half if self.init_pos == "uniform" else 0 * half)
        direction, rotations = (torch.polar(torch.ones_like(one), one) for one in (heading, turns))
        # The walk itself is many small operations, of which NumPy does each in half the time.
        positions, steps = self._walk(
            position.cpu().numpy(), direction.cpu().numpy(), lengths.cpu().numpy(), rotations.cpu().numpy()
        )
        inputs, path = (torch.from_numpy(one).to(device) for one in (steps[1:], positions))
        return Trials(inputs, path[0], path[1:])

    def _walk(
        self,
        position: Float[np.ndarray, "trial 2"],
        direction: Complex[np.ndarray, " trial"],
        lengths: Float[np.ndarray, "time trial"],
        rotations: Complex[np.ndarray, "time trial"],
    ) -> tuple[Float[np.ndarray, "time trial 2"], Float[np.ndarray, "time trial 2"]]:
        positions, steps = (np.empty((*lengths.shape, 2), np.float32) for _ in range(2))
        anchor = np.array(self.anchor_point, np.float32)
        lengths = lengths[..., None]
        slow = np.float32(self.border_slow_factor) * lengths
        for t, rotation in enumerate(rotations):
            towards = direction[:, None].view(np.float32)
            near, along = self._avoid_wall(position, towards)
            np.multiply(towards, np.where(near, slow[t], lengths[t]), out=steps[t])
            if self.biased:
                steps[t] += np.float32(self.drift_const) * (anchor - position)
            direction = along.view(np.complex64)[:, 0] * rotation
            position = np.add(position, steps[t], out=positions[t])
        return positions, steps

    def _avoid_wall(
        self, position: Float[np.ndarray, "trial 2"], direction: Float[np.ndarray, "trial 2"]
    ) -> tuple[Bool[np.ndarray, "trial 2"], Float[np.ndarray, "trial 2"]]:
        # Who is near a wall (the nearest one) and faces it; and their direction once they have swerved to go along it.
        depth = np.abs(position)
        depth -= np.array([self.box_width / 2, self.box_height / 2], np.float32) - np.float32(self.border_region)
        facing = np.minimum(np.minimum(depth, position * direction), depth - depth[:, ::-1]) > 0
        aside = facing[:, ::-1]
        along = np.where(aside, np.copysign(np.float32(1), direction), direction)
        along[facing] = 0
        return facing | aside, along
