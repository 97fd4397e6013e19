"""The recurrent loop, the one hot place: states over time, and the gradient that flows back through them.

Arrays are (time, ..., trial, channel), where `...` is the member axis of a population or, for a single network,
nothing. Everything is done in place, step by step on arrays that fit the cache.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.scratch import Scratch
from quiescent.networks.activations import ACTIVATIONS
from quiescent.networks.population import Population, Stepper
from quiescent.networks.products import Products


def simulate(
    network: Population,
    state: Float[Tensor, "*m trial unit"],
    inputs: Float[Tensor, "time *m trial input"],
    noise: Float[Tensor, "time *m trial unit"] | None = None,
) -> Float[Tensor, "time *m trial unit"]:
    """States after every step, from `state` on. Pure: the same noise gives the same states.

    `noise` is added to the state after every update.
    """
    states = state.new_empty(len(inputs) + 1, *state.shape)
    states[0] = state
    if noise is not None:
        states[1:] = noise
    advance(network, states, inputs, noisy=noise is not None)
    return states[1:]


@torch.no_grad()
def advance(network: Population, states: Float[Tensor, "state *m trial unit"], inputs: Tensor, *, noisy: bool) -> None:
    """Fill `states[1:]` from `states[0]` on; where `noisy`, they hold the noise, and the states take its place."""
    network, inputs = bias_as_input(network, inputs)
    if network.kind.stepper is None:
        for before, now, after in zip(states[:-1], inputs, states[1:], strict=True):
            new = update(network, before, now)
            after.copy_(new + after if noisy else new)
        return
    stepper = network.kind.stepper(network, Products(network.dtype, Scratch()))
    *shape, units = states[0].shape
    once = [states.new_empty(*shape, width * units) for width in stepper.widths]  # nothing is kept: all steps share it
    forward(stepper, states, inputs, noisy, [one.expand(len(inputs), *one.shape) for one in once])


def update(network: Population, state: Tensor, inputs: Tensor) -> Tensor:
    """One step by the kind's update equation, which autograd can differentiate."""
    weights, activation = network.weights, ACTIVATIONS[network.settings[0].activation]
    return network.kind.update(state, inputs @ weights["input"].mT, weights["recurrent"].mT, activation, network.step)


def forward(stepper: Stepper, states: Tensor, inputs: Tensor, noisy: bool, kept: Sequence[Tensor]) -> None:
    """All steps forward."""
    steps = zip(states[:-1], inputs, states[1:], *kept, strict=True)
    for before, now, after, *own in steps:
        stepper.forward(before, now, after, noisy, own)


def backward(stepper: Stepper, states: Tensor, gradient: Tensor, kept: Sequence[Tensor]) -> None:
    """All steps backward: `gradient[1:]` is that of the loss in every state as such, and becomes the total one."""
    steps = list(zip(gradient[1:], states[:-1], gradient[:-1], *kept, strict=True))
    for from_after, before, to_before, *own in reversed(steps):
        stepper.backward(from_after, before, to_before, own)


def bias_as_input(network: Population, inputs: Tensor) -> tuple[Population, Tensor]:
    """The same network with its bias as the weight of one more input, which is always 1."""
    bias = network.weights.get("recurrent_bias")
    if bias is None:
        return network, inputs
    weights = network.weights | {"input": torch.cat([network.weights["input"], bias.unsqueeze(-1)], -1)}
    return replace(network, weights=weights), torch.cat([inputs, torch.ones_like(inputs[..., :1])], -1)
