"""Rest that is more than noise: momentum and adaptation, of the kind that Casco-Rodriguez et al. (2026) describe.

With F the update of a network, the state r, the adaptation a, friction lambda, strength b and time constant tau:

    r <- F(r; drive - a) + noise + (1 - lambda) (r - the state before r)
    a <- a + (b r - a) / tau

The second term is momentum: with the velocity v of the state, v <- (1 - lambda) v + (F(r) + noise - r) and r <- r + v.
Friction 1 and strength 0 are a network as it is.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.loop import bias_as_input, step_in_place
from quiescent.networks.population import Population


class Momentum(NamedTuple):
    """Momentum and adaptation, added to the dynamics of a network at rest."""

    friction: float = 1.0  # lambda in (0, 1]: how much of the velocity a step takes away
    adaptation: float = 0.0  # b >= 0: in the long run a unit's drive lacks b times its activity
    tau: float = 1.0  # steps: the time constant of adaptation

    @property
    def neutral(self) -> bool:
        """Tell whether nothing is added."""
        return self.friction == 1 and self.adaptation == 0


class Past(NamedTuple):
    """The memory of a network beside its state."""

    before: Float[Tensor, "*m trial unit"]  # the state before the present one
    adaptation: Float[Tensor, "*m trial unit"]


def at_rest(state: Float[Tensor, "*m trial unit"]) -> Past:
    """Begin without velocity and adaptation."""
    return Past(state.clone(), torch.zeros_like(state))


@torch.no_grad()
def advance_with(
    momentum: Momentum,
    past: Past,
    network: Population,
    states: Float[Tensor, "state *m trial unit"],
    inputs: Tensor,
    *,
    noisy: bool,
) -> Past:
    """Run a network in place, as `loop.advance` does, with momentum and adaptation; returns what it remembers then.

    `states[1:]` holds noise on entry, if `noisy`, and hidden states on return.
    """
    network, inputs = bias_as_input(network, inputs)
    step = step_in_place(network, states[0])
    previous, adaptation = past.before, past.adaptation.clone()
    kept, gain = 1 - momentum.friction, 1 / momentum.tau
    for before, now, after in zip(states[:-1], inputs, states[1:], strict=True):
        step(before, now, after, noisy, adaptation if momentum.adaptation else None)
        if kept:
            after.add_(before, alpha=kept).sub_(previous, alpha=kept)
        if momentum.adaptation:
            adaptation.mul_(1 - gain).add_(before, alpha=gain * momentum.adaptation)
        previous = before
    return Past(previous.clone(), adaptation)
