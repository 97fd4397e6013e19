"""Head-direction cells: a heading in the activity of cells that each prefer a direction."""

import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from pydantic import model_validator
from scipy.special import ive
from torch import Tensor

from quiescent.settings import Positive
from quiescent.tasks.codes import CellSettings, Series


class HeadDirectionCellSettings(CellSettings):
    """Head-direction cells with evenly spaced preferred angles."""

    later: ClassVar = ("both_ends",)

    width: Positive = math.pi / 6  # rad; the concentration of a tuning curve is 1 / width^2
    both_ends: bool = False  # -pi and pi have a cell each, as in the reference code

    @model_validator(mode="after")
    def _ends_are_two(self) -> "HeadDirectionCellSettings":
        if self.both_ends and self.number == 1:
            raise ValueError("both_ends=true needs number above 1")
        return self


@dataclass(frozen=True)
class HeadDirectionCells:
    """A ring of von Mises tuning curves with peak 1."""

    preferred: Float[Tensor, " cell"]
    settings: HeadDirectionCellSettings

    @property
    def size(self) -> int:
        return len(self.preferred)

    @property
    def width(self) -> float:
        return self.settings.width

    @property
    def cells(self) -> Tensor | None:
        return self.preferred[:, None] if self.settings.both_ends else None

    def with_cells(self, cells: Tensor) -> "HeadDirectionCells":
        return HeadDirectionCells(cells[:, 0], self.settings)

    def encode(self, variable: Float[Tensor, "*shape 1"]) -> Float[Tensor, "*shape cell"]:
        """Compute the activity of every cell at each heading (rad)."""
        offset = variable - self.preferred
        return offset.cos_().sub_(1).div_(self.settings.width**2).exp_()

    def decode(self, outputs: Float[Tensor, "*shape cell"]) -> Float[Tensor, "*shape 1"]:
        """Average, around the circle, the most active cells' preferred angles (rad, in [-pi, pi])."""
        best = outputs.topk(self.settings.decode_from, dim=-1, sorted=False).indices
        angles = self.preferred[best]
        return torch.atan2(angles.sin().mean(-1), angles.cos().mean(-1)).unsqueeze(-1)

    @functools.cached_property
    def series(self) -> Series | None:
        """Expand the tuning curves in a Fourier series; None if their precision needs more terms than there are cells.

        `exp(kappa (cos x - 1)) = e^-kappa (I_0 + 2 sum_k I_k cos k x)` with Bessel functions of kappa.
        """
        kappa = 1 / self.settings.width**2
        smallest = torch.finfo(self.preferred.dtype).eps / 4
        number = 1
        while not 2 * ive(number, kappa) <= smallest * ive(0, kappa):  # of a huge kappa both are NaN
            number += 1
            if 2 * number > self.size:
                return None
        harmonics = torch.arange(1, number, dtype=self.preferred.dtype, device=self.preferred.device)
        weights = torch.from_numpy(2 * ive(range(1, number), kappa)).to(harmonics)
        angles = torch.outer(harmonics, self.preferred)
        constant = torch.full_like(self.preferred, float(ive(0, kappa)))[None]
        coefficients = torch.cat([constant, weights[:, None] * angles.cos(), weights[:, None] * angles.sin()])

        def features(variable: Tensor) -> Tensor:
            turned = variable * harmonics
            return torch.cat([torch.ones_like(variable), turned.cos(), turned.sin_()], -1)

        return Series(features, coefficients)

    def to(self, device: torch.device, dtype: torch.dtype) -> "HeadDirectionCells":
        return HeadDirectionCells(self.preferred.to(device, dtype), self.settings)

    def described(self) -> dict[str, object]:
        return {"kind": "heading", "preferred": self.preferred, **self.settings.model_dump()}


def head_direction_cells(settings: HeadDirectionCellSettings) -> HeadDirectionCells:
    """Space preferred angles evenly over [-pi, pi); the end is not counted twice, unless settings ask for it."""
    if settings.both_ends:
        return HeadDirectionCells(torch.linspace(-math.pi, math.pi, settings.number), settings)
    step = 2 * math.pi / settings.number
    return HeadDirectionCells(torch.arange(settings.number) * step - math.pi, settings)
