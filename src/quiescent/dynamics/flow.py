"""Flow: where decoded places move without input and noise, how fast, and where they come to rest."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.spatial import cKDTree
from torch import Tensor

from quiescent.dynamics.free import Step, free_step
from quiescent.networks import Population
from quiescent.spaces import Space

Decode = Callable[[Tensor], Tensor]  # from read-outs (row, cell) to places (row, dim)
FEWEST = 3  # states that a velocity and its slopes are fitted to, per number that is fitted

Places = Float[np.ndarray, "row dim"]
Nodes = Float[np.ndarray, "node dim"]


class Flow(NamedTuple):
    """Decoded places of states, and how far each moves per step."""

    places: Float[Tensor, "row dim"]
    moves: Float[Tensor, "row dim"]


class Field(NamedTuple):
    """A velocity at every node, per step, with its standard error; NaN where there are too few states."""

    nodes: Float[np.ndarray, "node dim"]
    velocity: Float[np.ndarray, "node dim"]
    error: Float[np.ndarray, "node dim"]


@torch.no_grad()
def flow_of(
    network: Population,
    states: Float[Tensor, "row unit"],
    decode: Decode,
    space: Space,
    *,
    steps: int = 1,
    mean: float = 0.0,
) -> Flow:
    """Follow states of a single network for some steps without input and noise: decoded movement over their number.

    `decode` must be fine: a decoder that knows the places of cells only does not see movements that are smaller than
    from one to the next. `mean` is that of the network's noise.
    """
    before = decode(network.readout(states))
    after = decode(network.readout(settle(free_step(network, mean), states, steps)))
    return Flow(before, space.difference(after, before) / steps)


@torch.no_grad()
def settle(
    step: Step, states: Float[Tensor, "row unit"], steps: int, *, homogeneous: bool = False
) -> Float[Tensor, "row unit"]:
    """Let states go on for some steps; of a homogeneous network, whose size has no meaning, at the size they have."""
    for _ in range(steps):
        after = step(states)
        if homogeneous:
            tiny = torch.finfo(states.dtype).tiny
            after = after * (states.norm(dim=-1, keepdim=True) / after.norm(dim=-1, keepdim=True).clamp_min(tiny))
        states = after
    return states


def nodes_of(space: Space, number: int) -> Float[np.ndarray, "node dim"]:
    """Spread nodes over a space, so many along each axis, the last one fastest: the middles of equal cells."""
    axes = [low + (high - low) * (np.arange(number) + 0.5) / number for low, high in space.bounds]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], -1)


def field_of(places: Places, moves: Places, nodes: Nodes, reach: float, space: Space) -> Field:
    """Fit the velocity at every node, and its slopes, to the movements of states that are decoded within reach.

    The error is that of the fit: it says how much states that mean the same place differ.
    """
    tree = cKDTree(space.embedded(places))
    fitted = 1 + nodes.shape[1]
    velocity, error = np.full((2, *nodes.shape), np.nan)
    for number, around in enumerate(tree.query_ball_point(space.embedded(nodes), reach)):
        if len(around) < FEWEST * fitted:
            continue
        away = space.difference(places[around], nodes[number])
        design = np.column_stack([np.ones(len(around)), away]).astype(float)
        inverse = np.linalg.pinv(design.T @ design)
        slopes = inverse @ design.T @ moves[around]
        left = np.square(moves[around] - design @ slopes).sum(0) / (len(around) - fitted)
        velocity[number], error[number] = slopes[0], np.sqrt(inverse[0, 0] * left)
    return Field(nodes, velocity, error)


def near_nodes(places: Places, nodes: Nodes, space: Space) -> dict[int, int]:
    """Find for every node of `nodes_of` the state that is decoded nearest to it, where one is within its cell."""
    points = space.embedded(nodes)
    apart = np.asarray(cKDTree(points).query(points, 2)[0])[:, 1].min()
    away, nearest = map(np.asarray, cKDTree(space.embedded(places)).query(points))
    return {node: int(nearest[node]) for node in np.flatnonzero(away <= apart / 2).tolist()}


class Zero(NamedTuple):
    """Places where a field is 0, and how many directions come towards each; the others leave it."""

    places: Float[np.ndarray, "zero dim"]
    attracting: Int[np.ndarray, " zero"]


def zeros_of(field: Field, number: int, space: Space) -> Zero:
    """Find where a field on `nodes_of(space, number)` is 0, between nodes on a line, a circle or a plane.

    Between two nodes, or in each of two triangles between four, it is taken as linear: at most one zero lies in each,
    and the slopes tell whether it is stable (all directions attract), unstable (none) or a saddle. A zero that lies on
    an edge counts for one side.
    """
    found, attracting = [], []
    for corners in _simplices(number, field.nodes.shape[1], periodic=space.periodic):
        velocity = field.velocity[corners]
        if not np.isfinite(velocity).all():
            continue
        edges, slopes = space.difference(field.nodes[corners[1:]], field.nodes[corners[0]]), velocity[1:] - velocity[0]
        if np.linalg.matrix_rank(slopes) < len(slopes):
            continue
        weights = np.linalg.solve(slopes.T, -velocity[0])
        if (weights >= 0).all() and weights.sum() < 1:
            found.append(field.nodes[corners[0]] + weights @ edges)
            rates = np.linalg.eigvals(np.linalg.solve(edges, slopes))
            attracting.append(int((rates.real < 0).sum()))
    dim = field.nodes.shape[1]
    return Zero(np.array(found, float).reshape(-1, dim), np.array(attracting, int))


def _simplices(number: int, dim: int, *, periodic: bool) -> Int[np.ndarray, "simplex corner"]:
    """List the segments between neighbouring nodes of a line or circle, or the triangles of a plane."""
    cells = np.arange(number if periodic else number - 1)
    if dim == 1:
        return np.stack([cells, (cells + 1) % number], -1)
    i, j = (axis.ravel() for axis in np.meshgrid(cells, cells, indexing="ij"))
    a, b, c, d = (((i + u) % number) * number + (j + v) % number for u, v in ((0, 0), (1, 0), (0, 1), (1, 1)))
    return np.concatenate([np.stack([a, b, c], -1), np.stack([d, c, b], -1)])


def basins(ends: Places, tolerance: float, space: Space) -> Float[np.ndarray, " basin"]:
    """Compute the fraction of paths that end at each place, largest first; ends within a tolerance are one place."""
    points, fractions = space.embedded(ends), []
    left = np.ones(len(ends), bool)
    while left.any():
        near = left & (np.linalg.norm(points - points[left.argmax()], axis=-1) <= tolerance)
        fractions.append(near.sum() / len(ends))
        left &= ~near
    return np.sort(fractions)[::-1]


def capacity(fractions: Float[np.ndarray, " basin"]) -> float:
    """Compute how much is remembered of where paths began: the entropy of basins, `-sum p log p` (nats)."""
    return float(-(fractions * np.log(fractions)).sum())
