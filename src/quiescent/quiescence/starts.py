"""States that rest begins in: encoded from places, at the end of a trial, shuffled, or zero."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.lanes import Lanes, Share, tiny_is_zero
from quiescent.machine.scratch import Scratch
from quiescent.quiescence.activity import Rest
from quiescent.simulation.episode import perform, prepare
from quiescent.simulation.members import Members, sample
from quiescent.streams import numpy_stream, open_streams

Begin = Callable[[Share], Tensor]  # the states (..., trial, unit) that a share of the trials begins in


def starts_of(members: Members, phase: Rest) -> Float[Tensor, "member trial dim"]:
    """Sample the places that encoded states are of: the starts of fresh trials, or only a few of them."""
    streams = [open_streams(seed, "quiescent", phase.trials, members.network.device) for seed in members.seeds]
    start = sample(members, phase.trials, streams, "held_out").start
    return start[:, _group(phase, start.device)] if phase.places else start


def begin(members: Members, phase: Rest) -> Begin:
    """Choose the states in which a phase of rest begins."""
    if phase.starts == "encoded":
        places = starts_of(members, phase)
        return lambda share: members.start(share, places)
    states = _states(members, phase)
    return lambda share: states[share.member, share.trials]


def _states(members: Members, phase: Rest) -> Float[Tensor, "member trial unit"]:
    if phase.starts == "zero":
        like = members.network.weights["output"]
        return like.new_zeros(len(members.seeds), phase.trials, members.network.units)
    states = asleep(members, phase.trials)
    if phase.starts == "shuffled":
        states = torch.stack([_shuffled(own, seed) for own, seed in zip(states, members.seeds, strict=True)])
    return states[:, _group(phase, states.device)] if phase.places else states


@torch.no_grad()
def asleep(members: Members, trials: int) -> Float[Tensor, "member trial unit"]:
    """Let networks do trials of their own for this purpose, and keep the states at their ends."""
    streams = [open_streams(seed, "asleep", trials, members.network.device) for seed in members.seeds]
    batch = sample(members, trials, streams, "held_out")

    @tiny_is_zero
    def work(share: Share, scratch: Scratch) -> Tensor:
        start = members.start(share, batch.start)
        episode = prepare(members, start, batch.inputs, members.noise, streams, share, scratch)
        perform(episode)
        return episode.states[-1].clone()

    with Lanes(members.network.device) as lanes:
        parts = lanes.map(work, len(members.seeds), trials, members.network.units)
    states = batch.start.new_empty(len(members.seeds), trials, members.network.units)
    for share, ends in parts:
        states[share.member, share.trials] = ends
    return states


def _shuffled(states: Float[Tensor, "trial unit"], seed: int) -> Float[Tensor, "trial unit"]:
    """Shuffle every unit among trials on its own: what single units do is kept, what they do together is not."""
    rng = numpy_stream(seed, "asleep", "shuffled")
    return torch.from_numpy(rng.permuted(states.cpu().numpy(), axis=0)).to(states)


def _group(phase: Rest, device: torch.device) -> Tensor:
    """Assign every trial to one of only a few starts."""
    return torch.from_numpy(np.arange(phase.trials) * phase.places // phase.trials).to(device)
