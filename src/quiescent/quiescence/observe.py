"""Run trained networks awake and at rest, and decode what they represent."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import torch
from torch import Tensor

from quiescent.config.load import task_noise
from quiescent.errors import QuiescentError
from quiescent.machine.lanes import Lanes, Share
from quiescent.machine.scratch import Scratch
from quiescent.networks.loop import bias_as_input, update
from quiescent.networks.products import rows
from quiescent.quiescence.activity import Active, Activity, Phase, Quality, Rest, RestNoise
from quiescent.quiescence.valid import ValidCodes, valid_codes
from quiescent.simulation.episode import Episode, outputs, perform, prepare, unrow
from quiescent.simulation.members import Members, sample
from quiescent.streams import Purpose, Streams, open_streams

CHUNK = 50  # steps that a resting population is simulated for before it is read out


def active(members: Members, *, trials: int = 200, keep_states: bool = False, judge: bool = False) -> list[Activity]:
    """Let every member do fresh trials of its task, with its own noise.

    Returns one `Activity` per member, with the true positions or headings beside the decoded; with
    hidden states if `keep_states`, with the quality of the code at every step if `judge`.
    """
    return _active(members, Active(trials, states=keep_states), judge)


def rest(
    members: Members,
    *,
    trials: int = 200,
    steps: int = 1000,
    burn_in: int = 0,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    keep_states: bool = False,
    judge: bool = False,
) -> list[Activity]:
    """Cut the input, and let every member run from the encoded starts of fresh trials.

    `noise` is that of `Rest`. Memory does not depend on `steps` but for what is returned: decoded
    positions, hidden states if `keep_states`, the quality of the code if `judge`. Returns one
    `Activity` per member.
    """
    if steps <= burn_in:
        raise QuiescentError(f"steps={steps}: must be more than burn_in={burn_in}.")
    return _rest(members, Rest(trials, steps, burn_in, noise, sigma2, states=keep_states), judge)


def observe(members: Members, phase: Phase, *, judge: bool = False) -> list[Activity]:
    """Activity of every member in any phase."""
    return _active(members, phase, judge) if isinstance(phase, Active) else _rest(members, phase, judge)


def rest_variance(members: Members, phase: Rest) -> list[float]:
    """Recurrent noise variance per step of every member at rest."""
    variances = []
    for config in members.configs:
        trained = config.network.sigma2_rec
        if phase.noise == "absolute" or (phase.weights == "initial" and trained == 0):
            variances.append(2 * (task_noise(config) if phase.sigma2 is None else phase.sigma2))
        else:
            variances.append(factor(phase.noise) ** 2 * trained)
    return variances


def factor(noise: RestNoise | None) -> float:
    """Divide the standard deviation of noise at rest by the trained one; `None` is `scaled`."""
    return {"scaled": sqrt(2), "same": 1.0}[noise or "scaled"] if not isinstance(noise, float | int) else noise


@torch.no_grad()
def _active(members: Members, phase: Active, judge: bool) -> list[Activity]:
    streams = _streams(members, "again" if phase.again else "active", phase.trials)
    batch = sample(members, phase.trials, streams)
    codes = _valid_codes(members) if judge else None

    def work(share: Share, scratch: Scratch) -> dict[str, Tensor]:
        start = members.start(share, batch.start)
        episode = prepare(members, start, batch.inputs, streams, share, scratch)
        perform(episode)
        return _seen(members, share, episode, phase, codes)

    with Lanes(members.network.device) as lanes:
        seen = lanes.map(work, len(members.seeds), phase.trials, members.network.units)
    return _gather(members, seen, phase.trials, batch.path)


@torch.no_grad()
def _rest(members: Members, phase: Rest, judge: bool) -> list[Activity]:
    members = members.with_noise(rest_variance(members, phase))
    streams = _streams(members, "quiescent", phase.trials)
    batch = sample(members, phase.trials, streams)
    start = batch.start
    if phase.places:
        group = torch.arange(phase.trials, device=start.device) * phase.places // phase.trials
        start = start[:, group]  # the first trials' starts, each for a group of neighbouring trials
    silence = torch.zeros_like(batch.inputs[:1])
    codes = _valid_codes(members) if judge else None

    def work(share: Share, scratch: Scratch) -> dict[str, Tensor]:
        state = members.start(share, start)
        pieces: list[dict[str, Tensor]] = []
        for begin in range(0, phase.steps, CHUNK):
            steps = min(CHUNK, phase.steps - begin)
            inputs = silence.expand(steps, *silence.shape[1:])
            episode = prepare(members, state, inputs, streams, share, scratch)
            perform(episode)
            state = episode.states[-1].clone()
            skip = max(0, phase.burn_in - begin)
            if skip < steps:
                seen = _seen(members, share, episode, phase, codes)
                pieces.append({name: array[skip:] for name, array in seen.items()})
        return {name: torch.cat([piece.pop(name) for piece in pieces]) for name in list(pieces[0])}

    with Lanes(members.network.device) as lanes:
        seen = lanes.map(work, len(members.seeds), phase.trials, members.network.units)
    return _gather(members, seen, phase.trials, None)


def _streams(members: Members, purpose: Purpose, trials: int) -> list[Streams]:
    return [open_streams(seed, purpose, trials, members.network.device) for seed in members.seeds]


def _valid_codes(members: Members) -> list[ValidCodes | None]:
    return [
        valid_codes(code, config.task.space, members.network.weights["output"])
        for code, config in zip(members.codes, members.configs, strict=True)
    ]


def _seen(
    members: Members, share: Share, episode: Episode, phase: Phase, codes: Sequence[ValidCodes | None] | None
) -> dict[str, Tensor]:
    """What is kept of a performed episode: arrays (time, ..., trial, ...)."""
    steps = len(episode.inputs)
    read = outputs(episode)
    seen = {"decoded": unrow(members.decode(share.member, read), steps)}
    if codes is not None:
        seen["total"] = unrow(read.sum(-1, keepdim=True), steps)
        if isinstance(share.member, int):
            distance = _distance(codes[share.member], read)
        else:
            distance = torch.stack([_distance(*one) for one in zip(codes[share.member], read, strict=True)])
        seen["distance"] = unrow(distance, steps)
    if phase.states:
        seen["states"] = episode.states[1:].clone()
    if isinstance(phase, Active) and phase.drift:
        before = rows(episode.states[1:])
        network, nothing = bias_as_input(episode.network, torch.zeros_like(rows(episode.inputs)))
        seen["drift"] = unrow(update(network, before, nothing) - before, steps)
    return {name: array.cpu() for name, array in seen.items()}


def _distance(codes: ValidCodes | None, outputs: Tensor) -> Tensor:
    return torch.zeros_like(outputs[..., :1]) if codes is None else codes.distance(outputs)[..., None]


def _gather(
    members: Members, seen: Sequence[tuple[Share, dict[str, Tensor]]], trials: int, truth: Tensor | None
) -> list[Activity]:
    whole: dict[str, np.ndarray] = {}
    for name in list(seen[0][1]):
        first = seen[0][1][name]
        together = first.new_empty(len(first), len(members.seeds), trials, first.shape[-1])
        for share, arrays in seen:
            together[:, share.member, share.trials] = arrays.pop(name)
        whole[name] = together.numpy()

    def activity(k: int) -> Activity:
        own = {name: array[:, k] for name, array in whole.items()}
        config, network = members.configs[k], members.network.settings[k]
        return Activity(
            decoded=own["decoded"],
            truth=None if truth is None else truth[:, k].cpu().numpy(),
            states=own.get("states"),
            space=config.task.space,
            dt=config.task.dt,
            quality=Quality(own["total"][..., 0], own["distance"][..., 0]) if "total" in own else None,
            drift=own.get("drift"),
            noise_std=sqrt(network.sigma2_rec / (12 if network.noise == "uniform" else 1)),
        )

    return [activity(k) for k in range(len(members.seeds))]
