"""Valid codes: how near a read-out is to the codes that places or headings have, in shape and in amplitude."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.errors import QuiescentError
from quiescent.spaces import Space
from quiescent.tasks.codes import Code

MOST_NODES = 64  # per dimension, but for one beyond each wall


class Judged(NamedTuple):
    """How near read-outs are to the codes of places: in shape (0 to 1), and the factor of the nearest code."""

    shape: Float[Tensor, " row"]
    amplitude: Float[Tensor, " row"]


@dataclass(frozen=True)
class ValidCodes:
    """Codes of the nodes of a grid over the space, which lie half a tuning width apart."""

    codes: Float[Tensor, "node cell"]
    neighbours: tuple[tuple[Tensor, Tensor], ...]  # of every node, before and after it along each dimension
    places: Float[Tensor, "node dim"]
    spacing: Float[Tensor, " dim"]  # of the nodes

    def judge(self, outputs: Float[Tensor, "row cell"]) -> Judged:
        """Compute the shape distance of read-outs from the codes of all places, and their amplitude.

        Of a read-out y the shape distance is `1 - max_x cos^2(y, f(x))` and the amplitude `<y, f(x)> / |f(x)|^2` at
        that x. The maximum is that of the nodes, with what a parabola through a node's neighbours gains between nodes.
        A read-out that resembles no code (a cosine of 0 or less) has distance 1 and amplitude 0.
        """
        norms = self.codes.norm(dim=-1)
        cosines = outputs @ (self.codes / norms[:, None]).mT  # times |y|
        highest, node = cosines.max(-1)
        gained = torch.zeros_like(highest)
        for left, right, inside in self._around(cosines, node):
            gained += torch.where(inside, (left - right).square() / (8 * (2 * highest - left - right)), 0)
        along = (highest + gained).clamp_min(0)
        length = outputs.norm(dim=-1)
        cosine = torch.where(length > 0, along / length, 0).clamp_max(1)
        return Judged(1 - cosine.square(), along / norms[node])

    def nearest(self, outputs: Float[Tensor, "row cell"]) -> Float[Tensor, "row dim"]:
        """Find the places whose codes are nearest to read-outs: between nodes where the parabolas are highest."""
        cosines = outputs @ (self.codes / self.codes.norm(dim=-1, keepdim=True)).mT
        highest, node = cosines.max(-1)
        offsets = [
            torch.where(inside, (right - left) / (2 * (2 * highest - left - right)), 0)
            for left, right, inside in self._around(cosines, node)
        ]
        return self.places[node] + torch.stack(offsets, -1) * self.spacing

    def _around(self, cosines: Tensor, node: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        highest = cosines.gather(-1, node[:, None])[:, 0]
        for before, after in self.neighbours:
            left, right = (cosines.gather(-1, side[node, None])[:, 0] for side in (before, after))
            inside = (before[node] != node) & (after[node] != node) & (2 * highest - left - right > 0)
            yield left, right, inside


def judge_some(codes: ValidCodes | None, outputs: Float[Tensor, "time trial cell"], every: int) -> Judged:
    """Judge one step in `every` of some read-outs, and let it stand for the steps up to the next one.

    Without `codes` every output is the code of some value.
    """
    steps, trials, _ = outputs.shape
    if codes is None:
        return Judged(outputs.new_zeros(steps, trials), outputs.new_ones(steps, trials))
    some = outputs[::every]
    judged = codes.judge(some.flatten(0, 1))
    return Judged(*(values.reshape(-1, trials).repeat_interleave(every, 0)[:steps] for values in judged))


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
    axes, neighbours, spacing = [], [], []
    for low, high in space.bounds:
        spaces = min(MOST_NODES, math.ceil(2 * (high - low) / code.width))
        steps = torch.arange(spaces) if space.periodic else torch.arange(-1, spaces + 2)  # one beyond the walls
        axes.append(low + (high - low) / spaces * steps)
        spacing.append((high - low) / spaces)
    places = torch.cartesian_prod(*axes).reshape(-1, len(axes))
    numbers = torch.arange(len(places), device=like.device).reshape([len(axis) for axis in axes])
    for dim, axis in enumerate(axes):
        steps = torch.arange(len(axis), device=like.device)
        for_axis = []
        for shift in (-1, 1):
            at = (steps + shift) % len(axis) if space.periodic else (steps + shift).clamp(0, len(axis) - 1)
            for_axis.append(numbers.index_select(dim, at).flatten())
        neighbours.append((for_axis[0], for_axis[1]))
    places = places.to(like)
    return ValidCodes(code.encode(places), tuple(neighbours), places, places.new_tensor(spacing))
