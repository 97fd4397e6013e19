"""Leaky rate network: h <- (1 - dt/tau) h + (dt/tau) phi(W h + drive)."""

from torch import Tensor

from quiescent.networks.population import Activation


def vanilla(state: Tensor, drive: Tensor, recurrent: Tensor, activation: Activation, step: float) -> Tensor:
    """Krishna et al. (2024), section 3."""
    return (1 - step) * state + step * activation(drive + state @ recurrent)
