"""One step of a single network without input and noise, and its derivative."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import jacrev, vmap

from quiescent.networks import Population
from quiescent.networks.loop import bias_as_input, update

Step = Callable[[Tensor], Tensor]  # from states (..., trial, unit) to those that follow


def free_step(network: Population, mean: float = 0.0) -> Step:
    """Make the noise-free step F of a single network without input, which autograd can differentiate.

    `mean` is that of its noise, a constant push where noise is uniform.
    """
    nothing = torch.zeros(1, network.weights["input"].shape[-1], device=network.device, dtype=network.dtype)
    network, inputs = bias_as_input(network, nothing)

    def step(states: Tensor) -> Tensor:
        after = update(network, states, inputs.expand(*states.shape[:-1], -1))
        return after + mean if mean else after

    return step


def jacobians(step: Step, states: Float[Tensor, "row unit"], at_once: int = 1) -> Float[Tensor, "row unit unit"]:
    """Compute the derivative of the step at each state: entry (i, j) is that of unit i after in unit j before."""
    one = jacrev(lambda state: step(state[None])[0])
    derivatives: Tensor = vmap(one, chunk_size=at_once)(states)
    return derivatives
