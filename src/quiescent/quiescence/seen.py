"""Everything that is kept of a simulated phase: from shares of the trials to one `Activity` per member."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from quiescent.machine.lanes import Lanes, Share
from quiescent.machine.scratch import Scratch
from quiescent.networks import NoiseLevels
from quiescent.networks.loop import bias_as_input, update
from quiescent.networks.products import rows
from quiescent.quiescence.activity import Active, Activity, Phase, Quality
from quiescent.quiescence.valid import ValidCodes
from quiescent.simulation.episode import Episode, outputs, unrow
from quiescent.simulation.members import Members


class Seen(NamedTuple):
    """Arrays (time, ..., trial, channel) that are kept of a share of the trials; None: not asked for."""

    decoded: Tensor
    total: Tensor | None  # read-out activity of all cells
    distance: Tensor | None  # to the nearest valid code
    states: Tensor | None
    drift: Tensor | None


def see(
    members: Members, share: Share, episode: Episode, phase: Phase, codes: Sequence[ValidCodes | None] | None
) -> Seen:
    """Keep of a performed episode what the phase asks for, on the CPU."""
    steps = len(episode.inputs)
    read = outputs(episode)
    decoded, total, distance, states, drift = unrow(members.decode(share.member, read), steps), None, None, None, None
    if codes is not None:
        total = unrow(read.sum(-1, keepdim=True), steps).cpu()
        if isinstance(share.member, int):
            away = _distance(codes[share.member], read)
        else:
            away = torch.stack([_distance(*pair) for pair in zip(codes[share.member], read, strict=True)])
        distance = unrow(away, steps).cpu()
    if phase.states:
        states = episode.states[1:].clone().cpu()
    if isinstance(phase, Active) and phase.drift:
        before = rows(episode.states[1:])
        network, nothing = bias_as_input(episode.network, torch.zeros_like(rows(episode.inputs)))
        drift = unrow(update(network, before, nothing) - before, steps).cpu()
    return Seen(decoded.cpu(), total, distance, states, drift)


def _distance(codes: ValidCodes | None, outputs: Tensor) -> Tensor:
    return torch.zeros_like(outputs[..., :1]) if codes is None else codes.distance(outputs)[..., None]


def joined(pieces: list[Seen]) -> Seen:
    """Join pieces along time, and free each as soon as it was copied."""
    fields = [list(arrays) for arrays in zip(*pieces, strict=True)]
    pieces.clear()
    return Seen(*(None if arrays[0] is None else torch.cat(arrays) for arrays in fields))  # type: ignore[arg-type]


def gather(
    members: Members,
    work: Callable[[Share, Scratch], Seen],
    trials: int,
    noise: Sequence[NoiseLevels],
    truth: Tensor | None,
) -> list[Activity]:
    """Do `work` for every share of the trials, and put the activity of every member together."""
    with Lanes(members.network.device) as lanes:
        parts = lanes.map(work, len(members.seeds), trials, members.network.units)
    whole = {}
    for name in Seen._fields:
        arrays = [(share, getattr(seen, name)) for share, seen in parts]
        first = arrays[0][1]
        if first is not None:
            together = first.new_empty(len(first), len(members.seeds), trials, first.shape[-1])
            for share, array in arrays:
                together[:, share.member, share.trials] = array
            whole[name] = together.numpy()

    def activity(member: int) -> Activity:
        own = {name: array[:, member] for name, array in whole.items()}
        task = members.configs[member].task
        return Activity(
            decoded=own["decoded"],
            truth=None if truth is None else truth[:, member].cpu().numpy(),
            states=own.get("states"),
            space=task.space,
            dt=task.dt,
            quality=Quality(own["total"][..., 0], own["distance"][..., 0]) if "total" in own else None,
            drift=own.get("drift"),
            noise_std=noise[member].recurrent_std,
        )

    return [activity(member) for member in range(len(members.seeds))]
