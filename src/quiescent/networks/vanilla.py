"""Leaky rate network: h <- (1 - dt/tau) h + (dt/tau) phi(W h + drive)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from quiescent.networks.activations import Activation, activate, multiply_by_slope
from quiescent.networks.architecture import Architecture, Weights
from quiescent.networks.products import Products, rows


def vanilla(state: Tensor, drive: Tensor, recurrent: Tensor, activation: Activation, step: float) -> Tensor:
    """Compute the next state of a leaky rate network (Krishna et al. 2024, section 3)."""
    return (1 - step) * state + step * activation(drive + state @ recurrent)


class VanillaStepper:
    """Step a leaky rate network by hand.

    Keeps the rates phi(.); `backward` turns them into the gradient of the pre-activations over dt/tau.
    """

    widths: tuple[int, ...] = (1,)

    def __init__(self, architecture: Architecture, weights: Weights, products: Products) -> None:
        self._products = products
        self._recurrent = weights["recurrent"].to(products.dtype)
        self._input = weights["input"]
        self._step = architecture.step
        self._phi = architecture.activation

    def forward(
        self,
        before: Tensor,
        inputs: Tensor,
        after: Tensor,
        noisy: bool,
        kept: Sequence[Tensor],
        brake: Tensor | None = None,
    ) -> None:
        (rate,) = kept
        torch.matmul(inputs, self._input.mT, out=rate)
        self._products.add(before, self._recurrent.mT, out=rate)
        if brake is not None:
            rate.sub_(brake)
        activate(rate, self._phi)
        if noisy:
            after.add_(before, alpha=1 - self._step).add_(rate, alpha=self._step)
        else:
            torch.lerp(before, rate, self._step, out=after)

    def backward(self, from_after: Tensor, before: Tensor, to_before: Tensor, kept: Sequence[Tensor]) -> None:
        (rate,) = kept
        multiply_by_slope(from_after, rate, self._phi, out=rate)
        to_before.add_(from_after, alpha=1 - self._step)
        self._products.add(rate, self._recurrent, out=to_before, scale=self._step)

    def gradients(self, before: Tensor, inputs: Tensor, kept: Sequence[Tensor]) -> Weights:
        (rates,) = kept
        return {
            "recurrent": self._step * self._products.summed(rates, before),
            "input": self._step * (rows(inputs).mT @ rows(rates)).mT,
        }
