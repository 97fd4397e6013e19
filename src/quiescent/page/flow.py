"""Where a network goes by itself: its flow without input and noise from the states of behaviour, place by place."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.loop import simulate
from quiescent.page.pack import pack
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.valid import valid_codes
from quiescent.simulation.members import Members
from quiescent.spaces import Space
from quiescent.tasks.codes import Code

STEPS = 10  # that an arrow stands for
ARROWS = {1: 36, 2: 14}  # bins along a dimension, by the number of dimensions
LEAST = 5  # states of a bin that has an arrow
SETTLED = 20  # first steps of a trial, after which a network has forgotten its encoder


@torch.no_grad()
def describe_flow(members: Members, behaviour: Activity) -> dict[str, object]:
    """Let one network run without input and noise from its mean active state of every place, and note how far it gets.

    Places and moves (metres or radians) are of the code that is nearest to the read-out, so that they change smoothly.
    """
    network, code, space = members.network.member(0), members.codes[0], behaviour.space
    state = mean_states(behaviour).to(network.device, network.dtype)
    silence = state.new_zeros(STEPS, 1, network.weights["input"].shape[-1])
    after = simulate(network, state, silence.expand(-1, len(state), -1))[-1]
    begin, end = (_nearest(code, space, network.readout(states)) for states in (state, after))
    low, high = space.bounds[0]
    return {
        "steps": STEPS,
        "spacing": (high - low) / ARROWS[len(space.bounds)],
        "places": pack(begin.cpu().numpy()),
        "moves": pack(space.difference(end, begin).cpu().numpy()),
    }


def mean_states(behaviour: Activity) -> Float[Tensor, "bin unit"]:
    """Average settled states of behaviour over the bins of what is decoded from them; bins with few states have none."""
    assert behaviour.states is not None
    first = min(SETTLED, len(behaviour.states) - 1)
    states, places = (array[first:].reshape(-1, array.shape[-1]) for array in (behaviour.states, behaviour.decoded))
    low, high = np.transpose(behaviour.space.bounds)
    across = ARROWS[places.shape[-1]]
    at = np.floor((places - low) / (high - low) * across).clip(0, across - 1).astype(int)
    bins = np.ravel_multi_index(tuple(at.T), (across,) * at.shape[-1])
    numbers = np.bincount(bins)
    return torch.from_numpy(np.stack([states[bins == one].mean(0) for one in np.flatnonzero(numbers >= LEAST)]))


def _nearest(code: Code, space: Space, outputs: Tensor) -> Tensor:
    codes = valid_codes(code, space, outputs)
    return code.decode(outputs) if codes is None else codes.nearest(outputs)
