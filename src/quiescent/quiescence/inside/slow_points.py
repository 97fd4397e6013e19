"""Slow points of networks at rest, from states that they have awake and from where these settle without noise."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from quiescent.dynamics.flow import settle
from quiescent.dynamics.slow_points import descend, eigenvalues, kinds_of_points, movement
from quiescent.quiescence.activity import Activity, Inside
from quiescent.quiescence.inside.ends import ends_of, in_lanes, one_by_one
from quiescent.quiescence.leak import leak_of
from quiescent.simulation.members import Members

SETTLED = 100  # steps without noise that every other start has settled for
HELD = 0.1  # of the leak: of states that grow or fade faster, hardly anything is kept by the network's weights
MOST = 32  # points, the slowest, of which eigenvalues are computed: a third of a second each at 512 units


class SlowPoints(NamedTuple):
    """Where relative speed is least, one point per start; and points that differ and are held, the slowest first."""

    places: Float[np.ndarray, "start dim"]
    speed: Float[np.ndarray, " start"]  # over the size of the state, per step; of homogeneous networks without growth
    growth: Float[np.ndarray, " start"]  # of the size of the state, per step
    held: Bool[np.ndarray, " start"]  # points whose size hardly changes
    chosen: Int[np.ndarray, " point"]  # numbers of the points that differ
    counts: Int[np.ndarray, " point"]  # of the starts that lead there
    eigenvalues: Float[np.ndarray, "some unit part"]  # of the first of them, real and imaginary
    awake: float  # relative speed in the task without noise
    steps: int  # of a trial of the task
    homogeneous: float


def slow_points(members: Members, phase: Inside) -> list[Activity]:
    """Find the slow points of every member, from as many starts as there are trials."""
    return [_of_one(one, phase.trials) for one in one_by_one(members)]


def _of_one(members: Members, trials: int) -> Activity:
    ends = ends_of(members, trials)
    resting = settle(ends.step, ends.states[1::2], SETTLED, homogeneous=ends.homogeneous)
    starts = torch.cat([ends.states[::2], resting])

    def descended(some: slice, _: object) -> tuple[Tensor]:
        return (descend(ends.step, starts[some], homogeneous=ends.homogeneous),)

    (states,) = in_lanes(ends.network, len(starts), descended)
    speed, growth, turning = movement(ends.step, states)
    speed = turning if ends.homogeneous else speed
    held = growth.abs() <= HELD * leak_of(members.network)
    kinds, counts = kinds_of_points(states[held], speed[held], homogeneous=ends.homogeneous)
    chosen = held.nonzero()[:, 0][kinds]
    values = torch.view_as_real(eigenvalues(ends.step, states[chosen[:MOST]]))
    places = members.decode(0, ends.network.readout(states))
    task = members.configs[0].task
    found = SlowPoints(
        places.cpu().numpy(),
        speed.cpu().numpy(),
        growth.cpu().numpy(),
        held.cpu().numpy(),
        chosen.cpu().numpy(),
        counts.cpu().numpy(),
        values.cpu().numpy(),
        awake=ends.speed,
        steps=task.steps,
        homogeneous=float(ends.homogeneous),
    )
    return Activity(found.places[None], None, states.cpu().numpy()[None], task.space, task.dt, inside=found)
