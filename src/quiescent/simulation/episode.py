"""Stretches of simulated time, for training, task and rest: noise is sampled, states follow, outputs are read out."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.lanes import Share
from quiescent.machine.scratch import Scratch
from quiescent.networks import NoiseLevels, Population
from quiescent.networks.loop import advance
from quiescent.networks.momentum import Momentum, Past, advance_with
from quiescent.networks.products import rows
from quiescent.simulation.members import Members
from quiescent.simulation.noise import fill_noise
from quiescent.streams import Streams


class Episode(NamedTuple):
    """Everything that one share of a population's trials is simulated from. Arrays lie in scratch memory.

    `states` begins with the start; behind it lies the noise of every step until `perform` puts the states there.
    """

    network: Population
    inputs: Float[Tensor, "time *m trial input"]  # with their noise
    states: Float[Tensor, "state *m trial unit"]
    noisy: bool  # if not, there is no noise in `states`
    output_noise: Float[Tensor, "time *m trial cell"] | None


def prepare(
    members: Members,
    start: Float[Tensor, "*m trial unit"],
    inputs: Float[Tensor, "time member all_trials input"],
    noise: Sequence[NoiseLevels],
    streams: Sequence[Streams],
    share: Share,
    scratch: Scratch,
) -> Episode:
    """Sample the noise of an episode of a share of the trials, at the levels `noise`, one per member.

    `start` is that of the share, `inputs` are those of all trials.
    """
    inputs = inputs[:, share.member, share.trials]
    steps, *shape, _ = inputs.shape

    def sampled(name: str, channels: int, stds: list[float]) -> Tensor | None:
        if not any(stds):
            return None
        array = scratch.steps(name, steps, (*shape, channels), inputs)
        return array if fill_noise(array, stds, noise, streams, share) else None

    input_noise = sampled("input noise", inputs.shape[-1], [levels.inputs for levels in noise])
    output_noise = sampled("output noise", members.n_cells, [levels.outputs for levels in noise])
    states = scratch.steps("states", steps + 1, start.shape, inputs)
    states[0] = start
    noisy = fill_noise(states[1:], [levels.recurrent for levels in noise], noise, streams, share)
    inputs = inputs if input_noise is None else inputs + input_noise
    return Episode(members.network.member(share.member), inputs, states, noisy, output_noise)


def perform(episode: Episode) -> None:
    """Run the network over the episode, in place: `states[1:]` holds noise on entry and hidden states on return."""
    advance(episode.network, episode.states, episode.inputs, noisy=episode.noisy)


def perform_with(momentum: Momentum, past: Past, episode: Episode) -> Past:
    """Run the network over the episode with momentum and adaptation; returns what it remembers at the end."""
    return advance_with(momentum, past, episode.network, episode.states, episode.inputs, noisy=episode.noisy)


def outputs(episode: Episode) -> Float[Tensor, "*m row cell"]:
    """Read the cells' activity out of a performed episode, with output noise; rows are time and trials."""
    read = episode.network.readout(rows(episode.states[1:]))
    return read if episode.output_noise is None else read.add_(rows(episode.output_noise))


def unrow(values: Float[Tensor, "*m row dim"], steps: int) -> Float[Tensor, "time *m trial dim"]:
    """Split rows into time and trials again."""
    return torch.unflatten(values, -2, (steps, -1)).movedim(-3, 0)
