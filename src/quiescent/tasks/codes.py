"""Population codes: a position or a heading to the activity of cells, and back."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from pydantic import model_validator
from scipy.special import ive
from torch import Tensor

from quiescent.settings import Count, Positive, Settings
from quiescent.spaces import Bounds, Space


class Series(NamedTuple):
    """A code that is linear in a few features of the variable, of which the first is 1."""

    features: Callable[[Float[Tensor, "*shape dim"]], Float[Tensor, "*shape feature"]]
    coefficients: Float[Tensor, "feature cell"]


@runtime_checkable
class Code(Protocol):
    """How a variable is written in the activity of cells."""

    @property
    def size(self) -> int:
        """Number of cells."""
        ...

    @property
    def width(self) -> float | None:
        """Distance over which the code changes (m or rad). None: every output is the code of some value.

        A read-out is judged by how far it is from the codes of a grid whose nodes lie half a width apart.
        """
        ...

    @property
    def cells(self) -> Tensor | None:
        """What was sampled to make the cells, to be stored with a network's weights. None: nothing was."""
        ...

    @property
    def series(self) -> Series | None:
        """The code as a short sum of features, where there is one: the read-out's error is cheaper then."""
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


class _CellSettings(Settings):
    number: Count = 512
    decode_from: Count = 3  # most active cells that are averaged

    @model_validator(mode="after")
    def _enough_cells(self) -> "_CellSettings":
        if self.decode_from > self.number:
            raise ValueError(f"decode_from={self.decode_from} needs as many cells, number={self.number}")
        return self


class PlaceCellSettings(_CellSettings):
    """Place cells with centres uniform in the box."""

    width: Positive = 0.2  # m, standard deviation of a place field
    dog: bool = False  # difference of Gaussians
    surround_scale: Positive = 2.0  # variance of the surround over that of the centre

    @model_validator(mode="after")
    def _difference_is_not_zero(self) -> "PlaceCellSettings":
        if self.dog and (self.surround_scale == 1 or self.number == 1):
            raise ValueError("dog=true needs surround_scale other than 1 and number above 1, or every code is zero")
        return self


class HeadDirectionCellSettings(_CellSettings):
    """Head-direction cells with evenly spaced preferred angles."""

    width: Positive = math.pi / 6  # rad


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
        """Activity of every cell at each position; every code sums to 1."""
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
        """Mean centre of the most active cells (m)."""
        best = outputs.topk(self.settings.decode_from, dim=-1, sorted=False).indices
        return self.centres[best].mean(-2)

    def to(self, device: torch.device, dtype: torch.dtype) -> "PlaceCells":
        return PlaceCells(self.centres.to(device, dtype), self.settings)

    def described(self) -> dict[str, object]:
        return {"kind": "place", "centres": self.centres, **self.settings.model_dump()}


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
    def cells(self) -> None:
        return None

    def with_cells(self, cells: Tensor) -> "HeadDirectionCells":
        return self

    def encode(self, variable: Float[Tensor, "*shape 1"]) -> Float[Tensor, "*shape cell"]:
        """Activity of every cell at each heading (rad)."""
        offset = variable - self.preferred
        return offset.cos_().sub_(1).div_(self.settings.width**2).exp_()

    def decode(self, outputs: Float[Tensor, "*shape cell"]) -> Float[Tensor, "*shape 1"]:
        """Circular mean of the most active cells' preferred angles (rad, in [-pi, pi])."""
        best = outputs.topk(self.settings.decode_from, dim=-1, sorted=False).indices
        angles = self.preferred[best]
        return torch.atan2(angles.sin().mean(-1), angles.cos().mean(-1)).unsqueeze(-1)

    @functools.cached_property
    def series(self) -> Series | None:
        """The Fourier series of the tuning curves, to the precision of their type; None with more terms than cells.

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


def place_cells(settings: PlaceCellSettings, bounds: Bounds, generator: torch.Generator) -> PlaceCells:
    """Sample centres uniformly between bounds."""
    low, high = torch.tensor(bounds, dtype=torch.float32, device=generator.device).unbind(1)
    uniform = torch.rand(settings.number, len(bounds), generator=generator, device=generator.device)
    return PlaceCells(low + (high - low) * uniform, settings)


def head_direction_cells(settings: HeadDirectionCellSettings) -> HeadDirectionCells:
    """Space preferred angles evenly over [-pi, pi); the end is not counted twice."""
    step = 2 * math.pi / settings.number
    return HeadDirectionCells(torch.arange(settings.number) * step - math.pi, settings)


def decoding_error(
    code: Code, space: Space, outputs: Float[Tensor, "*shape cell"], variable: Float[Tensor, "*shape dim"]
) -> Float[Tensor, ""]:
    """Average the squared distance between decoded and true variable (m^2, or rad^2 the short way round)."""
    return space.difference(code.decode(outputs), variable).square().sum(-1).mean()
