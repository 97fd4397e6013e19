"""Small differences between states, and what one step makes of them: derivatives that are never written out."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import vjp, vmap

from quiescent.dynamics.free import Step, free_step
from quiescent.networks import Population
from quiescent.networks.activations import activate, multiply_by_slope
from quiescent.networks.vanilla import vanilla

# From states (path, unit) and vectors at them (path, unit, vector) to those that follow.
Push = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def push_by(step: Step) -> Push:
    """Make the step of states and of vectors at them, `J v`, of any step that autograd can differentiate."""

    def push(states: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        # Twice backward, which is once forward: autograd's own forward mode imports a compiler for many seconds.
        after, pull = vjp(step, states)[:2]
        pull_back = vjp(lambda row: pull(row)[0], torch.zeros_like(after))[1]
        pushed: Tensor = vmap(lambda vector: pull_back(vector)[0], in_dims=-1, out_dims=-1)(vectors)
        return after, pushed

    return push


def push_of(network: Population) -> Push:
    """Make the step of states and of vectors at them of a single network without input and noise.

    Of leaky networks it is written by hand: `J v = (1 - a) v + a phi' (W v)`.
    """
    return _leaky(network) if network.kind.update is vanilla else push_by(free_step(network))


def _leaky(network: Population) -> Push:
    recurrent, phi, step = network.weights["recurrent"], network.architecture.activation, network.architecture.step
    bias = network.weights.get("recurrent_bias", recurrent.new_zeros(()))

    def push(
        states: Float[Tensor, "path unit"], vectors: Float[Tensor, "path unit vector"]
    ) -> tuple[Float[Tensor, "path unit"], Float[Tensor, "path unit vector"]]:
        rate = states @ recurrent.mT + bias
        activate(rate, phi)
        slope = torch.ones_like(rate)
        multiply_by_slope(slope, rate, phi, out=slope)
        arriving = torch.einsum("ij,pjv->piv", recurrent, vectors)
        return (1 - step) * states + step * rate, (1 - step) * vectors + step * slope[..., None] * arriving

    return push
