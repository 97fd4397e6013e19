"""Slow directions of networks at rest, at the states in which rests from a few places are soon after they began."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.diffusion import slow_directions
from quiescent.dynamics.free import free_step, jacobians
from quiescent.machine.lanes import Share
from quiescent.networks import Population
from quiescent.quiescence.activity import Activity, Inside, Rest
from quiescent.quiescence.homogeneity import is_homogeneous
from quiescent.quiescence.starts import starts_of
from quiescent.simulation.members import Members

PLACES = 16  # that rests begin from


class SlowStates(NamedTuple):
    """Settled states, and the slow directions there: as many as space has dimensions, and one more without a scale."""

    lifetimes: Float[np.ndarray, "place direction"]  # steps
    left: Float[np.ndarray, "place unit direction"]  # span the left eigenvectors
    states: Float[np.ndarray, "place unit"]


@torch.no_grad()
def look(members: Members, phase: Inside) -> list[Activity]:
    """Find the slow directions at the states that rest reaches in `steps` without noise, but for its mean.

    Starts are those of a `Rest` of as many trials from `PLACES` places.
    """
    starts = starts_of(members, Rest(phase.trials, steps=1, places=PLACES))
    own = np.unique(np.arange(phase.trials) * PLACES // phase.trials, return_index=True)[1]
    found = []
    for member, config in enumerate(members.configs):
        state = members.start(Share(member, slice(0, phase.trials)), starts)[own].double().cpu()
        network = members.network.member(member).to(torch.device("cpu"), torch.float64)
        settled, slow = _slow_states(
            network, state, phase.steps, members.noise[member].recurrent_mean, starts.shape[-1]
        )
        read = members.network.member(member).readout(settled.to(members.network.weights["output"]))
        found.append(
            Activity(
                decoded=members.decode(member, read)[None].cpu().numpy(),
                truth=None,
                states=settled[None].numpy(),
                space=config.task.space,
                dt=config.task.dt,
                homogeneous=is_homogeneous(members.network.member(member)),
                inside=slow,
            )
        )
    return found


def _slow_states(
    network: Population, state: Float[Tensor, "place unit"], steps: int, mean: float, dim: int
) -> tuple[Float[Tensor, "place unit"], SlowStates]:
    step = free_step(network, mean)
    for _ in range(steps):
        state = step(state)
    number = min(dim + is_homogeneous(network), network.units)
    slow = [slow_directions(jacobians(step, one[None])[0].numpy(), number) for one in state]
    lifetimes, left = (np.stack(values) for values in zip(*slow, strict=True))
    return state, SlowStates(lifetimes, left, state.numpy())
