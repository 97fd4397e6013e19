"""A stretch of simulated time: noise is drawn, states follow, outputs are read out. For training, task and rest."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.lanes import Share
from quiescent.machine.scratch import Scratch
from quiescent.networks.loop import advance
from quiescent.networks.population import Population
from quiescent.networks.products import rows
from quiescent.simulation.members import Members
from quiescent.simulation.noise import draw
from quiescent.streams import Streams


class Episode(NamedTuple):
    """What one share of a population's trials is simulated from. Arrays lie in scratch memory."""

    network: Population
    inputs: Float[Tensor, "time *m trial input"]  # with their noise
    states: Float[Tensor, "state *m trial unit"]  # first the start, then the noise, until states take its place
    noisy: bool  # if not, there is no noise in `states`
    output_noise: Float[Tensor, "time *m trial cell"] | None


def prepare(
    members: Members,
    start: Float[Tensor, "*m trial unit"],
    inputs: Float[Tensor, "time member all_trials input"],
    streams: Sequence[Streams],
    share: Share,
    scratch: Scratch,
) -> Episode:
    """Draw the noise of an episode, at the members' own variances. `start` is that of the share, `inputs` of all."""
    settings = members.network.settings
    inputs = inputs[:, share.member, share.trials]
    steps, *shape, _ = inputs.shape

    def noise(name: str, channels: int, stds: list[float]) -> Tensor | None:
        if not any(stds):
            return None
        array = scratch.steps(name, steps, (*shape, channels), inputs)
        return array if draw(array, stds, settings, streams, share) else None

    input_noise = noise("input noise", inputs.shape[-1], [sqrt(one.sigma2_in) for one in settings])
    output_noise = noise("output noise", members.codes[0].size, [sqrt(one.sigma2_out) for one in settings])
    states = scratch.steps("states", steps + 1, start.shape, inputs)
    states[0] = start
    noisy = draw(states[1:], [sqrt(one.sigma2_rec) for one in settings], settings, streams, share)
    return Episode(
        members.network.member(share.member),
        inputs if input_noise is None else inputs + input_noise,
        states,
        noisy,
        output_noise,
    )


def perform(episode: Episode) -> None:
    """Let the states take the place of the noise."""
    advance(episode.network, episode.states, episode.inputs, noisy=episode.noisy)


def outputs(episode: Episode) -> Float[Tensor, "*m row cell"]:
    """What is read out of a performed episode, rows being time and trials."""
    read = episode.network.readout(rows(episode.states[1:]))
    return read if episode.output_noise is None else read.add_(rows(episode.output_noise))


def unrow(values: Float[Tensor, "*m row dim"], steps: int) -> Float[Tensor, "time *m trial dim"]:
    """Rows as time and trials again."""
    return torch.unflatten(values, -2, (steps, -1)).movedim(-3, 0)
