"""Head direction: a heading, tracked from its own angular steps."""

import math
from typing import ClassVar, Literal

import torch

from quiescent.recordings.parts import Part
from quiescent.settings import Count, NotNegative, Number, Positive, Settings
from quiescent.spaces import Circle, wrap
from quiescent.tasks.codes import Code
from quiescent.tasks.head_direction_cells import HeadDirectionCellSettings, head_direction_cells
from quiescent.tasks.trials import Trials


class HeadDirection(Settings):
    """Independent random turns (Krishna et al. 2024)."""

    n_inputs: ClassVar[int] = 1
    content: ClassVar[None] = None
    held_out: ClassVar[float] = 0.0

    name: Literal["head_direction"] = "head_direction"
    steps: Count = 100  # of a trial
    dt: Positive = 0.02  # s
    biased: bool = False  # every turn is counter-clockwise
    init_hd: Literal["uniform", "zero"] = "uniform"  # where trials begin: anywhere, or at 0
    turn_mean: Number = 0.0  # rad/s
    turn_std: NotNegative = 11.52  # rad/s
    hd_cells: HeadDirectionCellSettings = HeadDirectionCellSettings()

    @property
    def space(self) -> Circle:
        return Circle()

    @property
    def live(self) -> dict[str, object]:
        return {"kind": "turns", **self.model_dump(exclude={"name", "hd_cells"})}

    def code(self, generator: torch.Generator) -> Code:
        return head_direction_cells(self.hd_cells)

    def sample(self, batch_size: int, *, generator: torch.Generator, part: Part = "training") -> Trials:
        """Sample headings that start anywhere (or at zero) and turn at every step."""
        device = generator.device
        turns = torch.randn(self.steps, batch_size, 1, generator=generator, device=device)
        turns = self.turn_mean + self.turn_std * turns
        turns = self.dt * (turns.abs() if self.biased else turns)
        start = 2 * math.pi * torch.rand(batch_size, 1, generator=generator, device=device) - math.pi
        if self.init_hd == "zero":
            start = torch.zeros_like(start)
        return Trials(turns, start, wrap(start + turns.cumsum(0)))
