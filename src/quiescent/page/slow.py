"""Slow points: states in which a network hardly moves by itself, to be marked where they are read out."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from quiescent.dynamics.free import Step, free_step, jacobians
from quiescent.page.flow import mean_states, places_of, spacing_of
from quiescent.quiescence.activity import Activity
from quiescent.simulation.members import Members

DESCENT, RATE = 300, 0.02  # iterations, and the size of the first ones, as a fraction of a unit's typical activity
SLOW = 0.1  # of the speed at which states of behaviour go by themselves
LEAVING = 1.01  # of an eigenvalue: then a state leaves within some 100 steps
MOST = 12  # that are marked


class SlowPoints(NamedTuple):
    """States where a step moves little, the slowest first."""

    states: Float[Tensor, "point unit"]
    speeds: Float[Tensor, " point"]  # |F(r) - r| / |r| per step
    stable: Bool[Tensor, " point"]  # no eigenvalue of the Jacobian leads away


def describe_slow(members: Members, behaviour: Activity) -> list[dict[str, object]]:
    """Find the slow points of one network from its mean active states, with the places that they are read as."""
    states, step = mean_states(members, behaviour), free_step(members.network.member(0))
    spacing = spacing_of(behaviour.space)
    found = slow_points(step, states, lambda states: places_of(members, states), behaviour.space.difference, spacing)
    return [
        {"place": place, "speed": speed, "stable": stable}
        for place, speed, stable in zip(
            places_of(members, found.states).tolist(), found.speeds.tolist(), found.stable.tolist(), strict=True
        )
    ]


def slow_points(
    step: Step,
    states: Float[Tensor, "row unit"],
    read: Callable[[Tensor], Tensor],
    difference: Callable[[Tensor, Tensor], Tensor],
    apart: float,
) -> SlowPoints:
    """Descend on relative speed |F(r) - r| / |r| from some states.

    Points count if they are ten times as slow as the median state; of those that are `read` less than `apart` from a
    slower one, none is kept. Relative speed has no scale, or a network that fades would be slow where it is silent.
    """
    begun = _speeds(step, states)
    found = _descend(step, states)
    speeds, places = _speeds(step, found), read(found)
    kept: list[int] = []
    for row in speeds.argsort().tolist():
        near = any(difference(places[row], places[other]).norm() < apart for other in kept)
        if len(kept) < MOST and speeds[row] <= SLOW * begun.median() and not near:
            kept.append(row)
    eigenvalues = [torch.linalg.eigvals(one) for one in jacobians(step, found[kept])] if kept else []
    stable = torch.tensor([bool(values.abs().max() <= LEAVING) for values in eigenvalues], dtype=torch.bool)
    return SlowPoints(found[kept], speeds[kept], stable)


def _descend(step: Step, states: Tensor) -> Tensor:
    found = states.clone().requires_grad_()
    scale = float(states.square().mean().sqrt())
    first, second = torch.zeros_like(states), torch.zeros_like(states)
    for iteration in range(1, DESCENT + 1):
        (gradient,) = torch.autograd.grad(_speeds(step, found).log().sum(), found)
        first, second = torch.lerp(gradient, first, 0.9), torch.lerp(gradient.square(), second, 0.99)
        moved = first / (1 - 0.9**iteration) / (second / (1 - 0.99**iteration)).sqrt().clamp_min(1e-12)
        with torch.no_grad():
            found -= RATE * scale * (1 - iteration / (DESCENT + 1)) * moved
    ended: Tensor = found.detach()
    return ended


def _speeds(step: Step, states: Tensor) -> Tensor:
    moved, size = (rows.norm(dim=-1) for rows in (step(states) - states, states))
    speeds: Tensor = moved / size.clamp_min(1e-12)
    return speeds + 1e-12  # never 0: its logarithm is descended on
