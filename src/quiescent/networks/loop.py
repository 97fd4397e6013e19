"""The recurrent loop, the one hot place: states over time, and the gradient that flows back through them.

Arrays are (time, ..., trial, channel), where `...` is the member axis of a population or, for a single network,
nothing. Everything is done in place, step by step on arrays that fit the cache: an array of states
holds the noise of every step until the state after that step takes its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.scratch import Scratch
from quiescent.networks.activations import ACTIVATIONS
from quiescent.networks.kinds import Stepper
from quiescent.networks.population import Population
from quiescent.networks.products import Products

StepInPlace = Callable[[Tensor, Tensor, Tensor, bool, Tensor | None], None]


def simulate(
    network: Population,
    state: Float[Tensor, "*m trial unit"],
    inputs: Float[Tensor, "time *m trial input"],
    noise: Float[Tensor, "time *m trial unit"] | None = None,
) -> Float[Tensor, "time *m trial unit"]:
    """Run a network from a state on; returns the states after every step.

    `noise` is added to the state after every update; the same noise gives the same states.
    """
    states = state.new_empty(len(inputs) + 1, *state.shape)
    states[0] = state
    if noise is not None:
        states[1:] = noise
    advance(network, states, inputs, noisy=noise is not None)
    return states[1:]


@torch.no_grad()
def advance(network: Population, states: Float[Tensor, "state *m trial unit"], inputs: Tensor, *, noisy: bool) -> None:
    """Run a network in place: `states[1:]` holds noise on entry, if `noisy`, and hidden states on return."""
    network, inputs = bias_as_input(network, inputs)
    step = step_in_place(network, states[0])
    for before, now, after in zip(states[:-1], inputs, states[1:], strict=True):
        step(before, now, after, noisy, None)


def step_in_place(network: Population, like: Tensor) -> StepInPlace:
    """Make a function `step(before, inputs, after, noisy, brake)` that computes the state after a step in place.

    States are of the shape and type of `like`. If `noisy`, `after` holds the step's noise on entry. A `brake`, where
    it is not None, is subtracted from the drive, in gated networks from the candidate's.
    """
    if network.kind.stepper is None:

        def step(before: Tensor, inputs: Tensor, after: Tensor, noisy: bool, brake: Tensor | None) -> None:
            new = update(network, before, inputs, brake)
            after.copy_(new + after if noisy else new)

        return step
    stepper = network.kind.stepper(network.architecture, network.weights, Products(network.dtype, Scratch()))
    *shape, units = like.shape
    kept = [like.new_empty(*shape, width * units) for width in stepper.widths]  # all steps share it

    def step_by_hand(before: Tensor, inputs: Tensor, after: Tensor, noisy: bool, brake: Tensor | None) -> None:
        stepper.forward(before, inputs, after, noisy, kept, brake)

    return step_by_hand


def update(network: Population, state: Tensor, inputs: Tensor, brake: Tensor | None = None) -> Tensor:
    """Take one step by the kind's update equation, which autograd can differentiate."""
    weights, architecture = network.weights, network.architecture
    drive, recurrent = inputs @ weights["input"].mT, weights["recurrent"].mT
    if brake is not None:
        drive[..., -architecture.units :] -= brake
    return network.kind.update(state, drive, recurrent, ACTIVATIONS[architecture.activation], architecture.step)


def forward(stepper: Stepper, states: Tensor, inputs: Tensor, noisy: bool, kept: Sequence[Tensor]) -> None:
    """Take all steps by hand, in place: `states[1:]` holds noise on entry, if `noisy`, and hidden states on return."""
    steps = zip(states[:-1], inputs, states[1:], *kept, strict=True)
    for before, now, after, *kept_here in steps:
        stepper.forward(before, now, after, noisy, kept_here)


def backward(stepper: Stepper, states: Tensor, gradient: Tensor, kept: Sequence[Tensor]) -> None:
    """Backpropagate through time, in place.

    On entry `gradient[t]` is the direct derivative of the loss in state t; on return the total derivative.
    """
    steps = list(zip(gradient[1:], states[:-1], gradient[:-1], *kept, strict=True))
    for from_after, before, to_before, *kept_here in reversed(steps):
        stepper.backward(from_after, before, to_before, kept_here)


def bias_as_input(network: Population, inputs: Tensor) -> tuple[Population, Tensor]:
    """Turn the bias of a network into the weight of one more input, which is always 1."""
    bias = network.weights.get("recurrent_bias")
    if bias is None:
        return network, inputs
    weights = network.weights | {"input": torch.cat([network.weights["input"], bias.unsqueeze(-1)], -1)}
    return replace(network, weights=weights), torch.cat([inputs, torch.ones_like(inputs[..., :1])], -1)
