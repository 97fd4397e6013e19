"""The gradient of the tracking error in every weight: loop forward, read-out, loop backward."""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.scratch import Scratch
from quiescent.networks.architecture import Weights
from quiescent.networks.loop import backward, bias_as_input, forward, update
from quiescent.networks.products import Products, rows
from quiescent.simulation.episode import Episode
from quiescent.simulation.readout import ReadoutError

ROWS = 2000  # of trials and steps that are read out at once: few enough for the cache, enough for fast products


def gradient(
    episode: Episode,
    variable: Float[Tensor, "time *m trial dim"],
    error: ReadoutError,
    products: Products,
    scratch: Scratch,
) -> tuple[Float[Tensor, "*m trial unit"], Weights]:
    """Compute the gradient of `error` in the initial state and in every weight but the encoder's.

    `variable` is what the read-out should report. Performs the episode; `error` then holds the loss.
    Matrices are multiplied in the precision `products`.
    """
    network, states, kind = episode.network, episode.states, episode.network.kind
    to_states = scratch.steps("gradient", len(states), states.shape[1:], states)
    to_states[0] = 0
    if kind.stepper is None:
        found = _by_autograd(episode, variable, error, products, to_states)
    else:
        network, inputs = bias_as_input(network, episode.inputs)
        stepper = kind.stepper(network.architecture, network.weights, products)
        *shape, units = states.shape[1:]
        kept = [
            scratch.steps(f"kept {k}", len(inputs), (*shape, width * units), states)
            for k, width in enumerate(stepper.widths)
        ]
        forward(stepper, states, inputs, episode.noisy, kept)
        _read_out(episode, variable, error, to_states)
        backward(stepper, states, to_states, kept)
        found = stepper.gradients(states[:-1], inputs, kept)
        if "recurrent_bias" in network.weights:
            found["recurrent_bias"] = found["input"][..., -1]
            found["input"] = found["input"][..., :-1]
    return to_states[0], found | error.gradients()


def _read_out(episode: Episode, variable: Tensor, error: ReadoutError, to_states: Tensor) -> None:
    states = episode.states
    length = max(1, ROWS // states.shape[-2])
    for begin in range(0, len(variable), length):
        now, after = slice(begin, begin + length), slice(begin + 1, begin + 1 + length)
        noise = None if episode.output_noise is None else rows(episode.output_noise[now])
        error.add(rows(states[after]), rows(variable[now]), noise, rows(to_states[after]))


def _by_autograd(
    episode: Episode, variable: Tensor, error: ReadoutError, products: Products, to_states: Tensor
) -> Weights:
    # Only the loop needs autograd; what lies around it is the same for every kind.
    weights, states = episode.network.weights, episode.states
    names = ("input", "recurrent", "recurrent_bias")
    leaves = {name: weights[name].detach().requires_grad_() for name in names if name in weights}
    lower = products.dtype != states.dtype
    with torch.enable_grad(), torch.autocast(states.device.type, products.dtype if lower else None, enabled=lower):
        network, inputs = bias_as_input(replace(episode.network, weights=weights | leaves), episode.inputs)
        trace = [states[0].clone().requires_grad_()]
        for now, noise in zip(inputs, states[1:], strict=True):
            new = update(network, trace[-1], now)
            trace.append(new + noise if episode.noisy else new)
        after = torch.stack(trace[1:])
    states[1:] = after.detach()
    _read_out(episode, variable, error, to_states)
    to_states[0], *found = torch.autograd.grad(after, [trace[0], *leaves.values()], to_states[1:])
    return dict(zip(leaves, found, strict=True))
