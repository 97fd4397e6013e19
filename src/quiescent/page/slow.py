"""Slow points: states in which a network hardly moves by itself, to be marked where they are read out."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from quiescent.dynamics.free import Step, free_step
from quiescent.dynamics.slow_points import descend, eigenvalues, movement
from quiescent.page.flow import mean_states, places_of, spacing_of
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.homogeneity import is_homogeneous
from quiescent.simulation.members import Members

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
    found = slow_points(
        step,
        states,
        lambda states: places_of(members, states),
        behaviour.space.difference,
        spacing_of(behaviour.space),
        homogeneous=is_homogeneous(members.network.member(0)),
    )
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
    *,
    homogeneous: bool = False,
) -> SlowPoints:
    """Descend on relative speed |F(r) - r| / |r| from some states; of homogeneous networks across r only.

    Points count if they are ten times as slow as the median state; of those that are `read` less than `apart` from a
    slower one, none is kept. Relative speed has no scale, or a network that fades would be slow where it is silent.
    """
    found = descend(step, states, homogeneous=homogeneous)
    before, after = movement(step, states), movement(step, found)
    begun, speeds = (one.turning if homogeneous else one.speed for one in (before, after))
    places, growth = read(found), 1 + after.growth if homogeneous else torch.ones_like(speeds)
    kept: list[int] = []
    for row in speeds.argsort().tolist():
        near = any(difference(places[row], places[other]).norm() < apart for other in kept)
        if len(kept) < MOST and speeds[row] <= SLOW * begun.median() and not near:
            kept.append(row)
    stable = (eigenvalues(step, found[kept]).abs() <= LEAVING * growth[kept, None]).all(-1)
    return SlowPoints(found[kept], speeds[kept], stable)
