"""Leaky gated recurrent unit: h <- h + (dt/tau) (1 - z) (c - h)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from quiescent.networks.activations import Activation, activate, multiply_by_slope
from quiescent.networks.architecture import Architecture, Weights
from quiescent.networks.products import Products, rows


def gru(state: Tensor, drive: Tensor, recurrent: Tensor, activation: Activation, step: float) -> Tensor:
    """Compute the next state of a leaky gated network (Krishna et al. 2024, appendix).

    The rows of its weights are in the order update gate, reset gate, candidate.
    """
    units = state.shape[-1]
    from_states = state @ recurrent[..., : 2 * units]
    gates = (drive[..., : 2 * units] + from_states).sigmoid()
    update, reset = gates[..., :units], gates[..., units:]
    candidate = activation(drive[..., 2 * units :] + (reset * state) @ recurrent[..., 2 * units :])
    return state + step * (1 - update) * (candidate - state)


class GruStepper:
    """Step a leaky gated network by hand.

    Keeps gates, reset states and candidates; `backward` puts gradients in the place of gates and candidates. The
    weights of the update gate are negated, so that its sigmoid is 1 - z, the fraction of the state that is renewed.
    """

    widths: tuple[int, ...] = (2, 1, 1)

    def __init__(self, architecture: Architecture, weights: Weights, products: Products) -> None:
        self._units = units = architecture.units
        self._products = products
        self._step = architecture.step
        self._phi = architecture.activation
        recurrent, inputs = (_negated(weights[name], units) for name in ("recurrent", "input"))
        self._to_gates = recurrent[..., : 2 * units, :].to(products.dtype)
        self._to_candidate = recurrent[..., 2 * units :, :].to(products.dtype)
        self._input_gates = inputs[..., : 2 * units, :]
        self._input_candidate = inputs[..., 2 * units :, :]

    def forward(
        self,
        before: Tensor,
        inputs: Tensor,
        after: Tensor,
        noisy: bool,
        kept: Sequence[Tensor],
        brake: Tensor | None = None,
    ) -> None:
        gates, reset_state, candidate = kept
        torch.matmul(inputs, self._input_gates.mT, out=gates)
        self._products.add(before, self._to_gates.mT, out=gates)
        gates.sigmoid_()
        renewed, reset = gates[..., : self._units], gates[..., self._units :]
        torch.mul(reset, before, out=reset_state)
        torch.matmul(inputs, self._input_candidate.mT, out=candidate)
        self._products.add(reset_state, self._to_candidate.mT, out=candidate)
        if brake is not None:
            candidate.sub_(brake)
        activate(candidate, self._phi)
        change = torch.sub(candidate, before).mul_(renewed)
        if noisy:
            after.add_(before).add_(change, alpha=self._step)
        else:
            torch.add(before, change, alpha=self._step, out=after)

    def backward(self, from_after: Tensor, before: Tensor, to_before: Tensor, kept: Sequence[Tensor]) -> None:
        gates, _, candidate = kept
        renewed, reset = gates[..., : self._units], gates[..., self._units :]
        scaled = from_after * self._step
        to_renewed = torch.sub(candidate, before).mul_(scaled)
        to_candidate = scaled.mul_(renewed)
        to_before.add_(from_after).sub_(to_candidate)
        multiply_by_slope(to_candidate, candidate, self._phi, out=candidate)
        multiply_by_slope(to_renewed, renewed, "sigmoid", out=renewed)
        to_reset_state = torch.empty_like(candidate)
        self._products.put(candidate, self._to_candidate, out=to_reset_state)
        to_before.addcmul_(to_reset_state, reset)
        multiply_by_slope(to_reset_state.mul_(before), reset, "sigmoid", out=reset)
        self._products.add(gates, self._to_gates, out=to_before)

    def gradients(self, before: Tensor, inputs: Tensor, kept: Sequence[Tensor]) -> Weights:
        gates, reset_states, candidates = kept
        recurrent = [
            self._products.summed(gates, before),
            self._products.summed(candidates, reset_states),
        ]
        driven = [(rows(inputs).mT @ rows(kept_rows)).mT for kept_rows in (gates, candidates)]
        return {
            "recurrent": _negated(torch.cat(recurrent, -2), self._units),
            "input": _negated(torch.cat(driven, -2), self._units),
        }


def _negated(weights: Tensor, units: int) -> Tensor:
    weights = weights.clone()
    weights[..., :units, :].neg_()
    return weights
