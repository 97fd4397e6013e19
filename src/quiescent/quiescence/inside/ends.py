"""Ends of active trials: the states from which a network's dynamics are looked into, one member at a time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.free import Step, free_step
from quiescent.machine.lanes import Lanes, Share, tiny_is_zero
from quiescent.machine.scratch import Scratch
from quiescent.networks import Population, simulate
from quiescent.quiescence.homogeneity import is_homogeneous
from quiescent.simulation.episode import perform, prepare
from quiescent.simulation.members import Members, sample
from quiescent.streams import open_streams

BEGUN = 10  # first steps of a trial, whose speed is that of the encoder's states as they settle, not of the task


class Ends(NamedTuple):
    """A single network with its states at the ends of trials, which had their noise.

    `path` is where the trials truly went; `speed` how fast the task moves states, per step and relative to their size:
    the median in the same trials without noise. `mean` is that of the noise, a constant push.
    """

    network: Population
    step: Step
    mean: float
    states: Float[Tensor, "trial unit"]
    path: Float[Tensor, "time trial dim"]
    speed: float
    homogeneous: bool


def one_by_one(members: Members) -> Iterator[Members]:
    """Take members apart."""
    for number, (config, code) in enumerate(zip(members.configs, members.codes, strict=True)):
        network = members.network.member(slice(number, number + 1))
        yield replace(members, configs=(config,), codes=(code,), network=network)


@torch.no_grad()
def ends_of(members: Members, trials: int) -> Ends:
    """Let a single member do trials of its task, the same as those that are kicked."""
    streams = [open_streams(members.seeds[0], "kicked", trials, members.network.device)]
    batch = sample(members, trials, streams, "held_out")
    network, mean = members.network.member(0), members.noise[0].recurrent_mean

    def perform_some(some: slice, scratch: Scratch) -> tuple[Tensor, Tensor]:
        share = Share(0, some)
        start = members.start(share, batch.start)
        inputs = batch.inputs[:, 0, some]
        clean = simulate(network, start, inputs, start.new_full((), mean).expand(len(inputs), *start.shape))
        clean = clean[max(0, min(BEGUN, len(clean) - 2)) :]
        speed = (clean[1:] - clean[:-1]).norm(dim=-1) / clean[:-1].norm(dim=-1)
        episode = prepare(members, start, batch.inputs, members.noise, streams, share, scratch)
        perform(episode)
        return episode.states[-1].clone(), speed.T

    states, speed = in_lanes(network, trials, perform_some)
    homogeneous = is_homogeneous(network) and mean == 0
    return Ends(
        network, free_step(network, mean), mean, states, batch.path[:, 0], float(speed.nanmedian()), homogeneous
    )


def in_lanes(network: Population, trials: int, work: Callable[[slice, Scratch], tuple[Tensor, ...]]) -> list[Tensor]:
    """Do work for every share of the trials of one network, and join what comes back along its first axis."""
    with Lanes(network.device) as lanes:
        parts = lanes.map(tiny_is_zero(lambda share, scratch: work(share.trials, scratch)), 1, trials, network.units)
    return [torch.cat(values) for values in zip(*(found for _, found in parts), strict=True)]
