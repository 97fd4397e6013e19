"""Leaky gated recurrent unit: h <- h + (dt/tau) (1 - z) (c - h)."""

from torch import Tensor

from quiescent.networks.population import Activation


def gru(state: Tensor, drive: Tensor, recurrent: Tensor, activation: Activation, step: float) -> Tensor:
    """Krishna et al. (2024), appendix; gates in the order update, reset, candidate."""
    units = state.shape[-1]
    from_states = state @ recurrent[..., : 2 * units]
    gates = (drive[..., : 2 * units] + from_states).sigmoid()
    update, reset = gates[..., :units], gates[..., units:]
    candidate = activation(drive[..., 2 * units :] + (reset * state) @ recurrent[..., 2 * units :])
    return state + step * (1 - update) * (candidate - state)
