"""Run trained networks awake and at rest, and decode what they represent."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from quiescent.activity import Active, Activity, Phase, Rest, RestNoise
from quiescent.config import task_noise
from quiescent.episode import Episode, outputs, perform, prepare, unrow
from quiescent.errors import QuiescentError
from quiescent.lanes import Lanes, Scratch, Share
from quiescent.members import Members, sample
from quiescent.streams import Purpose, Streams, open_streams

CHUNK = 50  # steps that a resting population is simulated for before it is read out


def active(members: Members, *, trials: int = 200, keep_states: bool = False) -> list[Activity]:
    """Let every member do fresh trials of its task, with its own noise.

    Returns one `Activity` per member, with the true positions or headings beside the decoded.
    """
    return _active(members, Active(trials), keep_states)


def rest(
    members: Members,
    *,
    trials: int = 200,
    steps: int = 1000,
    burn_in: int = 0,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    keep_states: bool = False,
) -> list[Activity]:
    """Cut the input, and let every member run from the encoded starts of fresh trials.

    `noise` is that of `Rest`. Memory does not depend on `steps` but for what is returned: decoded
    positions, and hidden states if `keep_states`. Returns one `Activity` per member.
    """
    if steps <= burn_in:
        raise QuiescentError(f"steps={steps}: must be more than burn_in={burn_in}.")
    return _rest(members, Rest(trials, steps, burn_in, noise, sigma2), keep_states)


def observe(members: Members, phase: Phase, keep_states: bool = False) -> list[Activity]:
    """Activity of every member in any phase."""
    return (_active if isinstance(phase, Active) else _rest)(members, phase, keep_states)  # type: ignore[arg-type]


def rest_variance(members: Members, phase: Rest) -> list[float]:
    """Recurrent noise variance per step of every member at rest."""
    variances = []
    for config in members.configs:
        trained = config.network.sigma2_rec
        if phase.noise == "absolute" or (phase.untrained and trained == 0):
            variances.append(2 * (task_noise(config) if phase.sigma2 is None else phase.sigma2))
        else:
            variances.append(2 * trained if phase.noise == "scaled" else trained)
    return variances


@torch.no_grad()
def _active(members: Members, phase: Active, keep_states: bool) -> list[Activity]:
    streams = _streams(members, "active", phase.trials)
    batch = sample(members, phase.trials, streams)

    def work(share: Share, scratch: Scratch) -> tuple[Tensor, Tensor | None]:
        start = members.start(share, batch.start)
        episode = prepare(members, start, batch.inputs, streams, share, scratch)
        perform(episode)
        return _observed(members, share, episode, keep_states)

    with Lanes(members.network.device) as lanes:
        observed = lanes.map(work, len(members.seeds), phase.trials, members.network.units)
    return _gather(members, observed, phase.trials, batch.states)


@torch.no_grad()
def _rest(members: Members, phase: Rest, keep_states: bool) -> list[Activity]:
    members = members.with_noise(rest_variance(members, phase))
    streams = _streams(members, "quiescent", phase.trials)
    batch = sample(members, phase.trials, streams)
    silence = torch.zeros_like(batch.inputs[:1])

    def work(share: Share, scratch: Scratch) -> tuple[Tensor, Tensor | None]:
        state = members.start(share, batch.start)
        decoded, states = [], []
        for begin in range(0, phase.steps, CHUNK):
            steps = min(CHUNK, phase.steps - begin)
            inputs = silence.expand(steps, *silence.shape[1:])
            episode = prepare(members, state, inputs, streams, share, scratch)
            perform(episode)
            state = episode.states[-1].clone()
            skip = max(0, phase.burn_in - begin)
            if skip < steps:
                where, hidden = _observed(members, share, episode, keep_states)
                decoded.append(where[skip:])
                if hidden is not None:
                    states.append(hidden[skip:])
        return torch.cat(decoded), torch.cat(states) if keep_states else None

    with Lanes(members.network.device) as lanes:
        observed = lanes.map(work, len(members.seeds), phase.trials, members.network.units)
    return _gather(members, observed, phase.trials, None)


def _streams(members: Members, purpose: Purpose, trials: int) -> list[Streams]:
    return [open_streams(seed, purpose, trials, members.network.device) for seed in members.seeds]


def _observed(members: Members, share: Share, episode: Episode, keep_states: bool) -> tuple[Tensor, Tensor | None]:
    decoded = members.decode(share.member, outputs(episode))
    states = episode.states[1:].cpu().clone() if keep_states else None
    return unrow(decoded, len(episode.inputs)).cpu(), states


def _gather(
    members: Members,
    observed: Sequence[tuple[Share, tuple[Tensor, Tensor | None]]],
    trials: int,
    truth: Tensor | None,
) -> list[Activity]:
    def whole(arrays: Sequence[tuple[Share, Tensor]]) -> np.ndarray:
        first = arrays[0][1]
        together = first.new_empty(len(first), len(members.seeds), trials, first.shape[-1])
        for share, array in arrays:
            together[:, share.member, share.trials] = array
        return together.numpy()

    decoded = whole([(share, one) for share, (one, _) in observed])
    kept = [(share, one) for share, (_, one) in observed if one is not None]
    states = whole(kept) if kept else None
    return [
        Activity(
            decoded=decoded[:, k],
            truth=None if truth is None else truth[:, k].cpu().numpy(),
            states=None if states is None else states[:, k],
            box=config.task.box,
            circular=code.circular,
        )
        for k, (config, code) in enumerate(zip(members.configs, members.codes, strict=True))
    ]
