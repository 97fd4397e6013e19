"""From what controls do, piece by piece, to the activity that measures are handed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from quiescent.machine.lanes import Lanes, Share, tiny_is_zero
from quiescent.machine.scratch import Scratch
from quiescent.networks import NoiseLevels
from quiescent.quiescence.activity import Active, Activity, Quality, Rest, kept_steps
from quiescent.quiescence.leak import leak_of
from quiescent.quiescence.seen import JUDGED
from quiescent.quiescence.valid import judge_some, valid_codes
from quiescent.simulation.episode import unrow
from quiescent.simulation.members import Members


class Piece(NamedTuple):
    """Some steps of some trials of a control."""

    outputs: Float[Tensor, "time trial cell"]  # the activity of the cells
    states: Float[Tensor, "time trial unit"] | None = None


def in_lanes(members: Members, trials: int, work: Callable[[int, Share], Activity]) -> list[Activity]:
    """Do `work` for every share of the trials of every member, side by side; returns one activity per member.

    `work` is handed the member and the share. Controls are simulated on the CPU.
    """

    @tiny_is_zero
    def of_one(share: Share, _: Scratch) -> Activity:
        assert isinstance(share.member, int)
        return work(share.member, share)

    with Lanes(torch.device("cpu")) as lanes:
        parts = lanes.map(of_one, len(members.seeds), trials, members.network.units)
    return [
        _together([part for share, part in parts if share.member == member]) for member in range(len(members.seeds))
    ]


def watch(members: Members, member: int, phase: Active | Rest, pieces: Iterable[Piece], noise: NoiseLevels) -> Activity:
    """Decode and judge the outputs of a control, and keep the states that the phase asks for."""
    code, task = members.codes[member], members.configs[member].task
    codes = valid_codes(code, task.space, members.network.weights["output"])
    kept = kept_after(phase) if isinstance(phase, Rest) else np.arange(task.steps)
    decoded, shape, amplitude, states = [], [], [], []
    begin = 0
    for outputs, hidden in pieces:
        steps = len(outputs)
        decoded.append(unrow(code.decode(outputs.flatten(0, 1)), steps))
        judged = judge_some(codes, outputs, JUDGED if isinstance(phase, Rest) else 1)
        shape.append(judged.shape)
        amplitude.append(judged.amplitude)
        if hidden is not None and phase.states:
            states.append(hidden[kept[(kept >= begin) & (kept < begin + steps)] - begin])
        begin += steps
    activity = Activity(
        decoded=torch.cat(decoded).numpy(),
        truth=None,
        states=torch.cat(states).numpy() if states else None,
        space=task.space,
        dt=task.dt,
        quality=Quality(torch.cat(shape).numpy(), torch.cat(amplitude).numpy()),
        noise_std=noise.recurrent_std,
        noise_mean=noise.recurrent_mean,
        leak=leak_of(members.network),
    )
    return activity._replace(kept=kept).between(phase.burn_in, phase.steps) if isinstance(phase, Rest) else activity


def kept_after(phase: Rest) -> Int[np.ndarray, " kept"]:
    """List the steps after the burn-in, counted from the first one at rest, of which hidden states are kept."""
    kept = kept_steps(phase.steps) if phase.states == "some" else np.arange(phase.steps)
    return kept[kept >= phase.burn_in]


def _together(parts: Sequence[Activity]) -> Activity:
    """Join what was seen of the shares of one member along their trials, which are the second axis of every array."""
    first = parts[0]
    joined = {
        name: _joined([getattr(part, name) for part in parts])
        for name in ("decoded", "truth", "states", "drift", "quality", "kicks")
    }
    return first._replace(**joined)


def _joined(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, tuple):  # arrays by name
        return type(first)(*(_joined(arrays) for arrays in zip(*values, strict=True)))
    return first if first is None or first.ndim == 1 else np.concatenate(values, 1)
