"""Leak: what a network forgets in one step whatever it has learned."""

from dataclasses import replace

import torch

from quiescent.networks import Population
from quiescent.networks.loop import simulate


@torch.no_grad()
def leak_of(network: Population) -> float:
    """Compute the fraction of a difference between two states that one step takes away if all weights are 0.

    It is dt / tau in leaky networks; in gated ones, whose gates then stand half open, half of that.
    """
    weights = {name: torch.zeros_like(weight) for name, weight in network.member(0).weights.items()}
    states = torch.eye(2, dtype=network.dtype, device=network.device)[:, :1].expand(2, network.units)
    silence = states.new_zeros(1, 2, weights["input"].shape[-1])
    after = simulate(replace(network, weights=weights), states, silence)[0]
    return 1 - float((after[0] - after[1]).mean())
