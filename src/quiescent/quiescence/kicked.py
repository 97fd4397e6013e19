"""Kicks: what becomes of one step's noise in a network that is then left alone."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.config.load import task_noise
from quiescent.machine.lanes import Lanes, Share
from quiescent.machine.scratch import Scratch
from quiescent.networks import NoiseLevels
from quiescent.networks.loop import simulate
from quiescent.quiescence.activity import Activity, Kicked, Kicks
from quiescent.quiescence.leak import leak_of
from quiescent.simulation.episode import perform, prepare
from quiescent.simulation.members import Members, sample
from quiescent.simulation.noise import fill_noise
from quiescent.streams import open_streams

LAGS = (0, 1, 2, 5, 10, 20, 50)  # steps after the kick


class _Followed(NamedTuple):
    """A share of the trials: arrays (lag, ..., trial, channel), of which the base has lag 0 only."""

    decoded: Tensor
    base: Tensor
    states: Tensor
    outputs: Tensor


def kick_noise(members: Members) -> list[NoiseLevels]:
    """Choose the noise of the kick: the trained one, and without any that of the noisy networks of the same task."""
    return [
        trained._replace(recurrent=trained.recurrent or sqrt(task_noise(config)))
        for config, trained in zip(members.configs, members.noise, strict=True)
    ]


@torch.no_grad()
def kicked(members: Members, phase: Kicked) -> list[Activity]:
    """Follow states at the end of active trials, with one step's noise on them and without.

    Both copies go on without input and with the same noise, its mean: 0 for Gaussian noise, half of its range for
    uniform noise, which is a constant drive more than it is noise. `decoded`, `truth` and `states` are those of the
    copy without the kick, before it.
    """
    streams = [open_streams(seed, "kicked", phase.trials, members.network.device) for seed in members.seeds]
    batch = sample(members, phase.trials, streams, "held_out")
    kick = kick_noise(members)

    def work(share: Share, scratch: Scratch) -> _Followed:
        start = members.start(share, batch.start)
        episode = prepare(members, start, batch.inputs, members.noise, streams, share, scratch)
        perform(episode)
        state = episode.states[-1]
        noise = torch.zeros_like(state)[None]
        fill_noise(noise, [levels.recurrent for levels in kick], kick, streams, share)
        pushed = state + noise[0] - _means(kick, share, state)
        return _follow(members, share, torch.cat([state, pushed], -2), _means(members.noise, share, state))

    with Lanes(members.network.device) as lanes:
        parts = lanes.map(work, len(members.seeds), phase.trials, members.network.units)
    decoded, states, kicks, outputs = (
        _together(parts, lambda seen, k=k: seen[k], len(members.seeds), phase.trials)  # type: ignore[misc]
        for k in range(len(_Followed._fields))
    )
    return [
        Activity(
            decoded=decoded[:, member],
            truth=batch.path[-1:, member].cpu().numpy(),
            states=states[:, member],
            space=config.task.space,
            dt=config.task.dt,
            noise_std=kick[member].recurrent_std,
            kicks=Kicks(np.array(LAGS), kicks[:, member], outputs[:, member]),
            leak=leak_of(members.network),
        )
        for member, config in enumerate(members.configs)
    ]


def _follow(members: Members, share: Share, pair: Float[Tensor, "*m both unit"], push: Tensor) -> _Followed:
    """Run base and kicked copies, which lie one behind the other along the trials, and take differences at the lags."""
    network, base = members.network.member(share.member), pair.shape[-2] // 2
    silence = network.weights["input"].shape[-1]
    start, states, outputs = pair[..., :base, :], [], []
    for steps in np.diff(LAGS, prepend=0):
        if steps:
            inputs = pair.new_zeros(int(steps), *pair.shape[:-1], silence)
            pair = simulate(network, pair, inputs, push.expand(int(steps), *pair.shape))[-1]
        states.append(pair[..., base:, :] - pair[..., :base, :])
        read = members.activity(network.readout(pair))
        outputs.append(read[..., base:, :] - read[..., :base, :])
    decoded = members.decode(share.member, network.readout(start))
    return _Followed(decoded[None], start[None], torch.stack(states), torch.stack(outputs))


def _means(noise: Sequence[NoiseLevels], share: Share, like: Tensor) -> Tensor:
    """Compute the mean of recurrent noise of the members of a share, to be added to their states."""
    means = like.new_tensor([levels.recurrent_mean for levels in noise])[share.member]
    return means if isinstance(share.member, int) else means[:, None, None]


def _together(
    parts: Sequence[tuple[Share, _Followed]], field: Callable[[_Followed], Tensor], members: int, trials: int
) -> Float[np.ndarray, "lag member trial channel"]:
    """Put one field of all shares together."""
    first = field(parts[0][1])
    whole = first.new_empty(len(first), members, trials, first.shape[-1])
    for share, seen in parts:
        whole[:, share.member, share.trials] = field(seen)
    return np.asarray(whole.cpu().numpy())
