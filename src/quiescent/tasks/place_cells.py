"""Place cells: a position in the activity of cells that each prefer a place."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from quiescent.settings import Positive
from quiescent.spaces import Bounds
from quiescent.tasks.codes import CellSettings


class PlaceCellSettings(CellSettings):
    """Place cells with centres uniform in the box."""

    width: Positive = 0.2  # m, standard deviation of a place field
    dog: bool = False  # difference of Gaussians
    surround_scale: Positive = 2.0  # variance of the surround over that of the centre

    @model_validator(mode="after")
    def _difference_is_not_zero(self) -> "PlaceCellSettings":
        if self.dog and (self.surround_scale == 1 or self.number == 1):
            raise ValueError("dog=true needs surround_scale other than 1 and number above 1, or every code is zero")
        return self


@dataclass(frozen=True)
class PlaceCells:
    """Softmax-normalised Gaussian place fields, optionally with a surround (Sorscher et al. 2019)."""

    centres: Float[Tensor, "cell dim"]
    settings: PlaceCellSettings

    @property
    def size(self) -> int:
        return len(self.centres)

    @property
    def width(self) -> float:
        return self.settings.width

    @property
    def cells(self) -> Tensor:
        return self.centres

    @property
    def series(self) -> None:
        return None

    def with_cells(self, cells: Tensor) -> "PlaceCells":
        return PlaceCells(cells, self.settings)

    def encode(self, variable: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape cell"]:
        """Compute the activity of every cell at each position; every code sums to 1."""
        variance = self.settings.width**2
        if not self.settings.dog:
            return self._softmax(variable, variance)
        code = self._softmax(variable, variance)
        code -= self._softmax(variable, variance * self.settings.surround_scale)
        code += code.amin(-1, keepdim=True).abs()
        return code.div_(code.sum(-1, keepdim=True))

    def _softmax(self, variable: Tensor, variance: float) -> Tensor:
        # |x|^2 is the same for every cell, so the softmax does not need it. Sums along contiguous rows beat a product
        # of so few columns, and one array of this size is enough.
        scaled = (self.centres / variance).T.contiguous()
        logits = -self.centres.square().sum(-1) / (2 * variance)
        for coordinate, row in zip(variable.unsqueeze(-1).unbind(-2), scaled, strict=True):
            logits = torch.addcmul(logits, coordinate, row, out=logits if logits.dim() > 1 else None)
        return torch.softmax(logits, -1, out=logits)

    def decode(self, outputs: Float[Tensor, "*shape cell"]) -> Float[Tensor, "*shape dim"]:
        """Average the centres of the most active cells (m)."""
        best = outputs.topk(self.settings.decode_from, dim=-1, sorted=False).indices
        return self.centres[best].mean(-2)

    def to(self, device: torch.device, dtype: torch.dtype) -> "PlaceCells":
        return PlaceCells(self.centres.to(device, dtype), self.settings)

    def described(self) -> dict[str, object]:
        return {"kind": "place", "centres": self.centres, **self.settings.model_dump()}


def place_cells(settings: PlaceCellSettings, bounds: Bounds, generator: torch.Generator) -> PlaceCells:
    """Sample centres uniformly between bounds."""
    low, high = torch.tensor(bounds, dtype=torch.float32, device=generator.device).unbind(1)
    uniform = torch.rand(settings.number, len(bounds), generator=generator, device=generator.device)
    return PlaceCells(low + (high - low) * uniform, settings)
