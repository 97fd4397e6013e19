"""Flow of decoded places at rest without noise, from states that networks have awake."""

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.flow import flow_of, near_nodes, nodes_of, settle
from quiescent.quiescence.activity import Activity, Inside
from quiescent.quiescence.fine import fine_decoder
from quiescent.quiescence.inside.ends import ends_of, in_lanes, one_by_one
from quiescent.quiescence.kicked import kick_noise
from quiescent.quiescence.leak import leak_of
from quiescent.simulation.members import Members
from quiescent.streams import stream

LAGS = (1, 10, 50)  # steps over which movement is averaged
FORGOTTEN, LONGEST = 5, 100  # time constants of the leak after which the last inputs are forgotten; steps at most
NODES = {1: 64, 2: 16}  # along each axis, by dimensions


class Flowing(NamedTuple):
    """Movement of decoded places per step, over several lags, and where long paths from every node end."""

    lags: np.ndarray
    places: Float[np.ndarray, "trial dim"]
    moves: Float[np.ndarray, "lag trial dim"]
    ends: Float[np.ndarray, "node dim"]  # of nodes near which no state is decoded NaN
    kicked: float  # root mean square of how far one step's noise moves the place for good
    behaved: float  # mean length of a step of the path awake


def flow(members: Members, phase: Inside) -> list[Activity]:
    """Follow active states of every member, once settled; from one near every node for as many steps as are asked."""
    return [_of_one(one, phase) for one in one_by_one(members)]


def _of_one(members: Members, phase: Inside) -> Activity:
    ends, task = ends_of(members, phase.trials), members.configs[0].task
    decode = fine_decoder(members.codes[0], task.space, ends.network.weights["output"])
    forgotten = min(LONGEST, math.ceil(FORGOTTEN / max(leak_of(members.network), FORGOTTEN / LONGEST)))
    generator = stream(members.seeds[0], "measure", ends.states.device)
    kick = kick_noise(members)[0].recurrent_std * torch.empty_like(ends.states).normal_(generator=generator)

    def follow(some: slice, _: object) -> tuple[Tensor, ...]:
        states, kicked = (
            settle(ends.step, start, forgotten, homogeneous=ends.homogeneous)
            for start in (ends.states[some], ends.states[some] + kick[some])
        )
        flows = [flow_of(ends.network, states, decode, task.space, steps=lag, mean=ends.mean) for lag in LAGS]
        pushed = task.space.difference(decode(ends.network.readout(kicked)), flows[0].places)
        return states, flows[0].places, torch.stack([flow.moves for flow in flows], 1), pushed

    states, places, moves, pushed = in_lanes(ends.network, phase.trials, follow)
    nodes = nodes_of(task.space, NODES[len(task.space.bounds)])
    near = near_nodes(places.cpu().numpy(), nodes, task.space)
    begin = states[list(near.values())]

    def settled(some: slice, _: object) -> tuple[Tensor]:
        return (settle(ends.step, begin[some], phase.steps, homogeneous=ends.homogeneous),)

    (late,) = in_lanes(ends.network, len(begin), settled) if near else (begin,)
    late_places = np.full(nodes.shape, np.nan)
    late_places[list(near)] = decode(ends.network.readout(late)).cpu().numpy()
    walked = task.space.difference(ends.path[1:], ends.path[:-1]).norm(dim=-1)
    found = Flowing(
        np.array(LAGS),
        places.cpu().numpy(),
        moves.movedim(1, 0).cpu().numpy(),
        late_places,
        kicked=float(pushed.square().sum(-1).mean().sqrt()),
        behaved=float(walked.mean()),
    )
    return Activity(found.places[None], None, states.cpu().numpy()[None], task.space, task.dt, inside=found)
