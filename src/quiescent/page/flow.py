"""Where a network goes by itself: its flow without input and noise from the states of behaviour, place by place."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.free import free_step
from quiescent.page.pack import pack
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.valid import valid_codes
from quiescent.simulation.members import Members
from quiescent.spaces import Space

STEPS = 10  # that an arrow stands for
ARROWS = {1: 36, 2: 14}  # bins along a dimension, by the number of dimensions
LEAST = 5  # states of a bin that has an arrow
SETTLED = 20  # first steps of a trial, after which a network has forgotten its encoder


@torch.no_grad()
def describe_flow(members: Members, behaviour: Activity) -> dict[str, object]:
    """Let one network run without input and noise from its mean active state of every place, and note how far it gets.

    Places and moves (metres or radians) are of the code that is nearest to the read-out, so that they change smoothly.
    """
    before, step = mean_states(members, behaviour), free_step(members.network.member(0))
    after = before
    for _ in range(STEPS):
        after = step(after)
    begin, end = (places_of(members, states) for states in (before, after))
    return {
        "steps": STEPS,
        "spacing": spacing_of(behaviour.space),
        "places": pack(begin.cpu().numpy()),
        "moves": pack(behaviour.space.difference(end, begin).cpu().numpy()),
    }


def spacing_of(space: Space) -> float:
    """Compute the width of the bins that have an arrow each."""
    low, high = space.bounds[0]
    return (high - low) / ARROWS[len(space.bounds)]


def mean_states(members: Members, behaviour: Activity) -> Float[Tensor, "bin unit"]:
    """Average settled states of behaviour over bins of what is decoded from them; bins with few states have none."""
    assert behaviour.states is not None
    first = min(SETTLED, len(behaviour.states) - 1)
    states, places = (array[first:].reshape(-1, array.shape[-1]) for array in (behaviour.states, behaviour.decoded))
    low, high = np.transpose(behaviour.space.bounds)
    across = ARROWS[places.shape[-1]]
    at = np.floor((places - low) / (high - low) * across).clip(0, across - 1).astype(int)
    bins = np.ravel_multi_index(tuple(at.T), (across,) * at.shape[-1])
    numbers = np.bincount(bins)
    means = [states[bins == one].mean(0) for one in np.flatnonzero(numbers >= min(LEAST, numbers.max()))]
    return torch.from_numpy(np.stack(means)).to(members.network.weights["output"])


def places_of(members: Members, states: Float[Tensor, "row unit"]) -> Float[Tensor, "row dim"]:
    """Read states out of one network, as the places or headings whose codes are nearest."""
    outputs, code = members.network.member(0).readout(states), members.codes[0]
    codes = valid_codes(code, members.configs[0].task.space, outputs)
    return code.decode(outputs) if codes is None else codes.nearest(outputs)
