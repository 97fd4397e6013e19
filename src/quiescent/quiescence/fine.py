"""Decode finely: to places between cells, for movements that are smaller than the distance from cell to cell."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.flow import Decode
from quiescent.quiescence.valid import MOST_NODES
from quiescent.spaces import Space
from quiescent.tasks.codes import Code

ASIDE = 1 / 20  # of the width of the code: how far to each side codes are compared
REFINED = 8  # times


def fine_decoder(code: Code, space: Space, like: Tensor) -> Decode:
    """Make a decoder to the place whose code is most like the read-out, which changes smoothly with it.

    It begins at the node of a grid whose code has the largest cosine; from there it goes to the top of the parabola
    through the cosines there and a little to each side, until both sides are equal. A code of which every output is
    that of some value is decoded as it is.
    """
    if code.width is None:
        return code.decode
    nodes = _grid(code.width, space).to(like)
    codes = torch.nn.functional.normalize(code.encode(nodes), dim=-1)
    offsets = ASIDE * code.width * torch.eye(nodes.shape[1]).to(like)

    def decode(outputs: Float[Tensor, "row cell"]) -> Float[Tensor, "row dim"]:
        places = nodes[(outputs @ codes.mT).argmax(-1)]
        for _ in range(REFINED):
            for offset in offsets:
                places = places + _top(code, outputs, places, offset)
        if not space.periodic:
            return places
        low, high = torch.tensor(space.bounds).to(places).unbind(1)
        return low + (places - low) % (high - low)

    return decode


def _grid(width: float, space: Space) -> Float[Tensor, "node dim"]:
    """List places that lie half a width apart."""
    numbers = [min(MOST_NODES, math.ceil(2 * (high - low) / width)) + 1 for low, high in space.bounds]
    axes = [torch.linspace(*ends, number) for ends, number in zip(space.bounds, numbers, strict=True)]
    return torch.cartesian_prod(*axes).reshape(-1, len(axes))


def _top(code: Code, outputs: Tensor, places: Tensor, offset: Tensor) -> Tensor:
    """Find how far the top of the parabola is from some places, along one axis and at most one offset."""
    left, middle, right = (
        torch.nn.functional.cosine_similarity(outputs, code.encode(places + sign * offset), dim=-1)
        for sign in (-1, 0, 1)
    )
    curvature = 2 * middle - left - right
    shift = torch.where(curvature > 0, (right - left) / (2 * curvature), torch.sign(right - left))
    return shift.nan_to_num().clamp(-1, 1)[:, None] * offset
