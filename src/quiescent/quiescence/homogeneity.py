"""Homogeneity: does a network have a scale of its own, once its input is off?"""

import torch

from quiescent.networks import Population
from quiescent.networks.loop import simulate

TRIED, TOLERANCE = 8, 1e-4  # random states, relative error


@torch.no_grad()
def is_homogeneous(network: Population) -> bool:
    """Test whether one step of a single network without input obeys `F(3 r) = 3 F(r)`, from random states.

    Networks of rectified linear units without biases do. They cannot tell a weak state from a strong one.
    """
    generator = torch.Generator().manual_seed(0)
    states = torch.randn((TRIED, network.units), generator=generator).to(network.device, network.dtype)
    silence = torch.zeros((1, TRIED, network.weights["input"].shape[-1]), device=network.device, dtype=network.dtype)
    once, thrice = (simulate(network, factor * states, silence)[0] for factor in (1, 3))
    return bool((thrice - 3 * once).norm() <= TOLERANCE * thrice.norm())
