"""Valid codes: the distance of a read-out from the codes that places or headings have."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.errors import QuiescentError
from quiescent.spaces import Space
from quiescent.tasks.codes import Code

MOST_NODES = 64  # per dimension, but for one beyond each wall


@dataclass(frozen=True)
class ValidCodes:
    """Codes of the nodes of a grid over the space, which lie half a tuning width apart."""

    codes: Float[Tensor, "node cell"]
    neighbours: tuple[tuple[Tensor, Tensor], ...]  # of every node, before and after it along each dimension

    def distance(self, outputs: Float[Tensor, "row cell"]) -> Float[Tensor, " row"]:
        """Compute the relative squared distance to the nearest valid code, `min_x |y - f(x)|^2 / |f(x)|^2`.

        It is that of the nearest node, less what a parabola through its neighbours gains between nodes: mostly within
        0.005 of the minimum.
        """
        norms = self.codes.square().sum(-1)
        squares = torch.addmm(norms, outputs, self.codes.mT, alpha=-2)  # less |y|^2, which is the same for all
        lowest, node = squares.min(-1)
        gained = torch.zeros_like(lowest)
        for before, after in self.neighbours:
            left, right = (squares.gather(-1, side[node, None])[:, 0] for side in (before, after))
            curvature = left + right - 2 * lowest
            inside = (before[node] != node) & (after[node] != node) & (curvature > 0)
            gained += torch.where(inside, (left - right).square() / (8 * curvature), 0)
        distance = (lowest - gained + outputs.square().sum(-1)).clamp_min(0)
        return distance / norms[node]


def valid_codes(code: Code, space: Space, like: Tensor) -> ValidCodes | None:
    """Encode a grid of positions or headings, on the device and in the type of `like`.

    Returns None for a code of which every value is valid. Raises `QuiescentError` for a code that does not say how it
    is judged.
    """
    if not hasattr(code, "width"):
        raise QuiescentError(
            f"the code {type(code).__name__} does not say how it is judged: it needs `width`, the distance over which "
            "it changes, or None if every output is the code of some value."
        )
    if code.width is None:
        return None
    axes, neighbours = [], []
    for low, high in space.bounds:
        spaces = min(MOST_NODES, math.ceil(2 * (high - low) / code.width))
        steps = torch.arange(spaces) if space.periodic else torch.arange(-1, spaces + 2)  # one beyond the walls
        axes.append(low + (high - low) / spaces * steps)
    places = torch.cartesian_prod(*axes).reshape(-1, len(axes))
    numbers = torch.arange(len(places), device=like.device).reshape([len(axis) for axis in axes])
    for dim, axis in enumerate(axes):
        steps = torch.arange(len(axis), device=like.device)
        for_axis = []
        for shift in (-1, 1):
            at = (steps + shift) % len(axis) if space.periodic else (steps + shift).clamp(0, len(axis) - 1)
            for_axis.append(numbers.index_select(dim, at).flatten())
        neighbours.append((for_axis[0], for_axis[1]))
    return ValidCodes(code.encode(places.to(like)), tuple(neighbours))
