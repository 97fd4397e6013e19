"""The cross-entropy of a softmax read-out and its gradient, some steps at a time."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.architecture import Weights
from quiescent.networks.products import Products


def cross_entropy(outputs: Float[Tensor, "*shape cell"], code: Float[Tensor, "*shape cell"]) -> Float[Tensor, ""]:
    """Average `-sum_c f_c log p_c` (nats) over all but cells: f is the code, p the softmax of the outputs."""
    return -(code * torch.log_softmax(outputs, -1)).sum(-1).mean()


class CrossEntropyError:
    """The cross-entropy `-f log softmax(W h)` against a code f that is a distribution, also with output noise.

    Its gradient in the outputs `W h` is `softmax(W h) - f`. `scale` is for gradients.
    """

    def __init__(self, weights: Weights, encode: Callable[[Tensor], Tensor], products: Products, scale: float) -> None:
        self._encode = encode
        self._total: Tensor | None = None
        self._products = products
        self._scale = scale
        self._bias = weights.get("output_bias")
        self._weights = weights["output"].to(products.dtype)
        self._to_states = (-scale * weights["output"]).to(products.dtype)
        self._to_weights = torch.zeros_like(weights["output"])
        self._to_bias = None if self._bias is None else torch.zeros_like(self._bias)

    def add(self, states: Tensor, variable: Tensor, noise: Tensor | None, to_states: Tensor) -> None:
        code = self._encode(variable)
        states = self._products.rounded(states, "states to read out")
        logs = torch.empty_like(code)  # first the outputs, then the logarithms of their softmax
        self._products.put(states, self._weights.mT, out=logs)
        if self._bias is not None:
            logs += self._bias.unsqueeze(-2)
        if noise is not None:
            logs += noise
        logs -= torch.logsumexp(logs, -1, keepdim=True)
        total = -(code * logs).sum((-2, -1))
        self._total = total if self._total is None else self._total + total
        error = code.sub_(logs.exp_())  # code minus softmax
        if self._to_bias is not None:
            self._to_bias += error.sum(-2)
        error = self._products.rounded(error, "error")
        self._products.put(error, self._to_states, out=to_states)
        self._products.add(error.mT, states, out=self._to_weights)

    def total(self) -> Tensor:
        assert self._total is not None
        return self._total

    def gradients(self) -> Weights:
        found = {"output": self._to_weights, "output_bias": self._to_bias}
        return {name: -self._scale * value for name, value in found.items() if value is not None}
