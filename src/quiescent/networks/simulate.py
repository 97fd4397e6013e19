"""The recurrent loop, the one hot place: states of a population over time, and their gradient."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.population import ACTIVATIONS, Activation, Population
from quiescent.networks.vanilla import vanilla


def simulate(
    network: Population,
    state: Float[Tensor, "member trial unit"],
    drive: Float[Tensor, "time member trial drive"],
    noise: Float[Tensor, "time member trial unit"] | None = None,
) -> Float[Tensor, "time member trial unit"]:
    """States after every step, from `state` on. Pure: the same noise gives the same states.

    `drive` is `Population.drive` of the inputs; `noise` is added to the state after every update.
    Differentiable in state, drive and recurrent weights.
    """
    recurrent = network.weights["recurrent"].mT
    name = network.settings[0].activation
    if network.kind.update is vanilla:
        states: Tensor = _Vanilla.apply(state, drive, recurrent, noise, name, network.step)  # type: ignore[no-untyped-call]
        return states
    return _simulate_generic(network, state, drive, noise)


def _simulate_generic(network: Population, state: Tensor, drive: Tensor, noise: Tensor | None = None) -> Tensor:
    # Any update equation, differentiated by autograd.
    activation: Activation = ACTIVATIONS[network.settings[0].activation]
    recurrent = network.weights["recurrent"].mT
    states = []
    for t in range(len(drive)):
        state = network.kind.update(state, drive[t], recurrent, activation, network.step)
        if noise is not None:
            state = state + noise[t]
        states.append(state)
    return torch.stack(states)


class _Vanilla(torch.autograd.Function):
    """The vanilla loop with a backward pass written by hand: no graph of small nodes."""

    @staticmethod
    def forward(
        ctx: Any, state: Tensor, drive: Tensor, recurrent: Tensor, noise: Tensor | None, name: str, step: float
    ) -> Tensor:
        recurrent = recurrent.contiguous()
        rates = torch.empty_like(drive)  # phi of the pre-activation
        states = torch.empty_like(drive)
        previous = state
        for t in range(len(drive)):
            rate = _matmul(previous, recurrent, out=rates[t])
            rate += drive[t]
            _activate(rate, name)
            torch.mul(previous, 1 - step, out=states[t])
            states[t].add_(rate, alpha=step)
            if noise is not None:
                states[t] += noise[t]
            previous = states[t]
        ctx.save_for_backward(state, recurrent, rates, states)
        ctx.name, ctx.step = name, step
        return states

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (from_above,) = gradients
        state, recurrent, rates, states = ctx.saved_tensors
        transposed = recurrent.mT.contiguous()
        to_drive = torch.empty_like(rates)
        to_state = torch.zeros_like(state)
        product = torch.empty_like(state)
        for t in reversed(range(len(rates))):
            to_state += from_above[t]
            _multiply_by_slope(to_state, rates[t], ctx.name, ctx.step, out=to_drive[t])
            to_state *= 1 - ctx.step
            to_state += _matmul(to_drive[t], transposed, out=product)
        before = torch.cat([state[None], states[:-1]])
        to_recurrent = torch.einsum("tmbi,tmbj->mij", before, to_drive)
        return to_state, to_drive, to_recurrent, None, None, None


def _matmul(left: Tensor, right: Tensor, out: Tensor) -> Tensor:
    if left.is_cuda:
        return torch.bmm(left, right, out=out)
    for member in range(len(left)):  # on CPU a plain product is twice as fast as a batched one
        torch.mm(left[member], right[member], out=out[member])
    return out


def _activate(drive: Tensor, name: str) -> None:
    if name == "relu":
        drive.relu_()
    elif name == "tanh":
        drive.tanh_()
    elif name == "sigmoid":
        drive.sigmoid_()


def _multiply_by_slope(gradient: Tensor, rate: Tensor, name: str, step: float, out: Tensor) -> None:
    """out = step * gradient * phi'(drive), with the slope written in terms of rate = phi(drive)."""
    torch.mul(gradient, step, out=out)
    if name == "relu":
        torch.ops.aten.threshold_backward.grad_input(out, rate, 0, grad_input=out)
    elif name == "tanh":
        torch.ops.aten.tanh_backward.grad_input(out, rate, grad_input=out)
    elif name == "sigmoid":
        torch.ops.aten.sigmoid_backward.grad_input(out, rate, grad_input=out)
