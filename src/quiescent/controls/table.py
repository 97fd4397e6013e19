"""Functions of places, tabulated once: looked up between nodes by cubics, with their slopes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.spaces import Bounds

NODES = {1: 720, 2: 200}  # per dimension
BLOCK = 4096  # nodes at once
# Catmull and Rom (1974): the cubic between two nodes from their values and those of the nodes beside them.
CUBIC = ((0.0, -0.5, 1.0, -0.5), (1.0, 0.0, -2.5, 1.5), (0.0, 0.5, 2.0, -1.5), (0.0, 0.0, -0.5, 0.5))


class Found(NamedTuple):
    """Values at some places, and how they change along every dimension."""

    values: Float[Tensor, "row channel"]
    slopes: Float[Tensor, "row dim channel"]


class Axis(NamedTuple):
    """Nodes along one dimension; on a line there is one more beyond either end."""

    low: float
    spacing: float
    nodes: int
    periodic: bool

    def places(self, like: Tensor) -> Float[Tensor, " node"]:
        """List where the nodes lie."""
        first = 0 if self.periodic else -1
        return self.low + self.spacing * torch.arange(first, self.nodes + first).to(like)

    def weigh(self, along: Float[Tensor, " row"]) -> tuple[Tensor, Tensor, Tensor]:
        """Find the four nodes around every place, their weights, and the change of these (row corner)."""
        at = (along - self.low) / self.spacing
        before = at.floor() if self.periodic else at.floor().clamp(0, self.nodes - 4)
        t = (at - before)[:, None]
        ones, zeros = torch.ones_like(t), torch.zeros_like(t)
        cubic = t.new_tensor(CUBIC).T
        weights = torch.cat([ones, t, t.square(), t**3], 1) @ cubic
        changes = torch.cat([zeros, ones, 2 * t, 3 * t.square()], 1) @ cubic / self.spacing
        nodes = before.long()[:, None] + torch.arange(4) - int(self.periodic)
        return (nodes % self.nodes if self.periodic else nodes), weights, changes


@dataclass(frozen=True)
class Table:
    """Values of several functions at the nodes of a grid."""

    axes: tuple[Axis, ...]
    values: Float[Tensor, "node channel"]

    def at(self, places: Float[Tensor, "row dim"]) -> Found:
        """Look up values and slopes, those of one and the same smooth function."""
        index = torch.zeros(len(places), 1, dtype=torch.long)
        weights = places.new_ones(len(places), 1, 1)  # of the value first, then of the slope along every dimension
        for axis, along in zip(self.axes, places.unbind(-1), strict=True):
            nodes, own, changes = axis.weigh(along)
            index = (index[:, :, None] * axis.nodes + nodes[:, None, :]).flatten(1)
            one_more = weights[:, :1, :, None] * changes[:, None, None, :]
            weights = torch.cat([weights[..., None] * own[:, None, None, :], one_more], 1).flatten(2)
        found = weights @ self.values[index]
        return Found(found[:, 0], found[:, 1:])

    def to(self, dtype: torch.dtype) -> "Table":
        """Turn the values into another type of numbers."""
        return Table(self.axes, self.values.to(dtype))


def tabulate(
    function: Callable[[Float[Tensor, "node dim"]], Float[Tensor, "node channel"]], bounds: Bounds, periodic: bool
) -> Table:
    """Compute functions at all nodes of a grid between bounds, in float64.

    Examples
    --------
    >>> line = tabulate(lambda places: 3 * places, ((0.0, 1.0),), periodic=False)
    >>> [round(number.item(), 6) for number in line.at(torch.tensor([[0.4]], dtype=torch.float64))]
    [1.2, 3.0]
    """
    inside = NODES[len(bounds)]
    axes = []
    for low, high in bounds:
        spaces = inside if periodic else inside - 1
        axes.append(Axis(low, (high - low) / spaces, inside if periodic else inside + 2, periodic))
    like = torch.empty(0, dtype=torch.float64)
    nodes = torch.cartesian_prod(*(axis.places(like) for axis in axes)).reshape(-1, len(axes))
    return Table(tuple(axes), torch.cat([function(part) for part in torch.split(nodes, BLOCK)]))
