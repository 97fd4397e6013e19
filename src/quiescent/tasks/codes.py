"""Population codes: a position or a heading to the activity of cells, and back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from pydantic import model_validator
from torch import Tensor

from quiescent.settings import Count, Settings
from quiescent.spaces import Space


class Series(NamedTuple):
    """A code that is linear in a few features of the variable, of which the first is 1."""

    features: Callable[[Float[Tensor, "*shape dim"]], Float[Tensor, "*shape feature"]]
    coefficients: Float[Tensor, "feature cell"]


@runtime_checkable
class Code(Protocol):
    """How a variable is written in the activity of cells."""

    @property
    def size(self) -> int:
        """Count the cells."""
        ...

    @property
    def width(self) -> float | None:
        """Tell the distance over which the code changes (m or rad). None: every output is the code of some value.

        A read-out is judged by how far it is from the codes of a grid whose nodes lie half a width apart.
        """
        ...

    @property
    def cells(self) -> Tensor | None:
        """Return what was sampled to make the cells, to be stored with a network's weights. None: nothing was."""
        ...

    @property
    def series(self) -> Series | None:
        """Write the code as a short sum of features, where there is one: the read-out's error is cheaper then."""
        ...

    def with_cells(self, cells: Tensor) -> "Code":
        """Make the same kind of code from stored cells."""
        ...

    def encode(self, variable: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape cell"]:
        """Compute the activity of every cell."""
        ...

    def decode(self, outputs: Float[Tensor, "*shape cell"]) -> Float[Tensor, "*shape dim"]:
        """Estimate the variable from the activity of the cells."""
        ...

    def to(self, device: torch.device, dtype: torch.dtype) -> "Code":
        """Move the code to a device and a type of numbers."""
        ...

    def described(self) -> dict[str, object]:
        """Describe the code for the live page: its `kind` there, its settings, its cells as tensors."""
        ...


class CellSettings(Settings):
    """Settings that cells of any kind share."""

    number: Count = 512  # of cells
    decode_from: Count = 3  # most active cells that are averaged

    @model_validator(mode="after")
    def _enough_cells(self) -> "CellSettings":
        if self.decode_from > self.number:
            raise ValueError(f"decode_from={self.decode_from} needs as many cells, number={self.number}")
        return self


@dataclass(frozen=True)
class Identity:
    """The variable itself is the code."""

    size: int
    width: None = None
    cells: None = None
    series: None = None

    def with_cells(self, cells: Tensor) -> "Identity":
        return self

    def encode(self, variable: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape dim"]:
        return variable

    def decode(self, outputs: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape dim"]:
        return outputs

    def to(self, device: torch.device, dtype: torch.dtype) -> "Identity":
        return self

    def described(self) -> dict[str, object]:
        return {"kind": "identity", "number": self.size}


def decoding_error(
    code: Code, space: Space, outputs: Float[Tensor, "*shape cell"], variable: Float[Tensor, "*shape dim"]
) -> Float[Tensor, ""]:
    """Average the squared distance between decoded and true variable (m^2, or rad^2 the short way round)."""
    return space.difference(code.decode(outputs), variable).square().sum(-1).mean()


def is_distribution(code: Code, space: Space) -> bool:
    """Tell whether codes are probability distributions over the cells: not negative, with a sum of 1.

    The codes of 20 points across the space stand for all.
    """
    low, high = torch.tensor(space.bounds).unbind(1)
    activity = code.encode(low + (high - low) * torch.linspace(0, 1, 20)[:, None])
    return bool((activity >= 0).all()) and torch.allclose(activity.sum(-1), torch.ones(20), atol=1e-4)
