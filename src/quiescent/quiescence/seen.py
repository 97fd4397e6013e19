"""Everything that is kept of a simulated phase: from shares of the trials to one `Activity` per member."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from quiescent.machine.lanes import Lanes, Share, tiny_is_zero
from quiescent.machine.scratch import Scratch
from quiescent.networks import NoiseLevels
from quiescent.networks.loop import bias_as_input, update
from quiescent.networks.products import rows
from quiescent.quiescence.activity import Active, Activity, Quality, Rest
from quiescent.quiescence.homogeneity import is_homogeneous
from quiescent.quiescence.leak import leak_of
from quiescent.quiescence.valid import ValidCodes, judge_some, valid_codes
from quiescent.simulation.episode import Episode, outputs, unrow
from quiescent.simulation.members import Members

JUDGED = 4  # steps at rest from one whose code is judged to the next: it costs as much as simulating several


class Seen(NamedTuple):
    """Arrays (time, ..., trial, channel) that are kept of a share of the trials; None: not asked for."""

    decoded: Tensor
    shape: Tensor | None  # distance from the nearest valid code
    amplitude: Tensor | None  # of the code
    states: Tensor | None
    drift: Tensor | None


def see(
    members: Members,
    share: Share,
    episode: Episode,
    phase: Active | Rest,
    codes: Sequence[ValidCodes | None] | None,
    kept: Sequence[int] | None = None,
) -> Seen:
    """Keep of a performed episode what the phase asks for, on the CPU; of hidden states the steps `kept`, or all."""
    steps = len(episode.inputs)
    read = outputs(episode)
    decoded, shape, amplitude, states, drift = unrow(members.decode(share.member, read), steps), None, None, None, None
    if codes is not None:
        every = JUDGED if isinstance(phase, Rest) else 1
        shape, amplitude = _judged(codes, share, members.activity(read), steps, every)
    if phase.states:
        states = episode.states[1:].clone() if kept is None else episode.states[1:][list(kept)]
        states = states.cpu()
    if isinstance(phase, Active) and phase.drift:
        before = rows(episode.states[1:])
        network, nothing = bias_as_input(episode.network, torch.zeros_like(rows(episode.inputs)))
        drift = unrow(update(network, before, nothing) - before, steps).cpu()
    return Seen(decoded.cpu(), shape, amplitude, states, drift)


def _judged(
    codes: Sequence[ValidCodes | None], share: Share, read: Tensor, steps: int, every: int
) -> tuple[Tensor, Tensor]:
    """Judge the cells of one member, or of all: shape distance and amplitude, (time, ..., trial, 1)."""
    if isinstance(share.member, int):
        judged = judge_some(codes[share.member], unrow(read, steps), every)
        return judged.shape[..., None].cpu(), judged.amplitude[..., None].cpu()
    members = [judge_some(own, unrow(outputs, steps), every) for own, outputs in zip(codes, read, strict=True)]
    shape, amplitude = (torch.stack(values, 1) for values in zip(*members, strict=True))
    return shape[..., None].cpu(), amplitude[..., None].cpu()


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
    kept: Int[np.ndarray, " kept"] | None = None,
) -> list[Activity]:
    """Do `work` for every share of the trials, and put the activity of every member together.

    `kept` are the steps that hidden states are of.
    """
    with Lanes(members.network.device) as lanes:
        parts = lanes.map(tiny_is_zero(work), len(members.seeds), trials, members.network.units)
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
            quality=Quality(own["shape"][..., 0], own["amplitude"][..., 0]) if "shape" in own else None,
            drift=own.get("drift"),
            noise_std=noise[member].recurrent_std,
            kept=kept,
            homogeneous=is_homogeneous(members.network.member(member)),
            leak=leak_of(members.network),
            noise_mean=noise[member].recurrent_mean,
        )

    return [activity(member) for member in range(len(members.seeds))]


def codes_of(members: Members) -> list[ValidCodes | None]:
    """Encode a grid over the space of every member, to judge its codes by."""
    return [
        valid_codes(code, config.task.space, members.network.weights["output"])
        for code, config in zip(members.codes, members.configs, strict=True)
    ]
