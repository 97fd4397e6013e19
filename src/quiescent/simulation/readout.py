"""The squared error of the linear read-out and its gradient, some steps at a time."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.architecture import Weights
from quiescent.networks.products import Products


@runtime_checkable
class ReadoutError(Protocol):
    """Error of the read-out against a code, summed over all rows that it is shown, with its gradient."""

    def add(
        self,
        states: Float[Tensor, "*m row unit"],
        variable: Float[Tensor, "*m row dim"],
        noise: Float[Tensor, "*m row cell"] | None,
        to_states: Float[Tensor, "*m row unit"],
    ) -> None:
        """Count some rows; `to_states` is filled with the gradient of the scaled error in their states."""
        ...

    def total(self) -> Float[Tensor, "*m"]:
        """Return the summed error."""
        ...

    def gradients(self) -> Weights:
        """Compute the gradient of the scaled error in the read-out's weights."""
        ...


class DirectError:
    """The squared error `|W h - f|^2` as it stands, for any code and with output noise; `scale` is for gradients."""

    def __init__(self, weights: Weights, encode: Callable[[Tensor], Tensor], products: Products, scale: float) -> None:
        self._encode = encode
        self._total: Tensor | None = None
        self._products = products
        self._scale = scale
        self._bias = weights.get("output_bias")
        self._weights = weights["output"].to(products.dtype)
        self._to_states = (-2 * scale * weights["output"]).to(products.dtype)
        self._to_weights = torch.zeros_like(weights["output"])
        self._to_bias = None if self._bias is None else torch.zeros_like(self._bias)

    def add(self, states: Tensor, variable: Tensor, noise: Tensor | None, to_states: Tensor) -> None:
        error = self._encode(variable)  # code minus read-out
        if error.data_ptr() == variable.data_ptr():  # the variable is its own code
            error = error.clone()
        if self._bias is not None:
            error -= self._bias.unsqueeze(-2)
        if noise is not None:
            error -= noise
        states = self._products.rounded(states, "states to read out")
        self._products.add(states, self._weights.mT, out=error, scale=-1.0)
        total = torch.linalg.vector_norm(error, dim=(-2, -1)).square()
        self._total = total if self._total is None else self._total + total
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
        return {name: -2 * self._scale * value for name, value in found.items() if value is not None}


class QuadraticError:
    """The squared error against a code that is linear in a few features p, `f = C p`: a quadratic form of z = (h, p).

    With A = (W, -C) the error of z is z A^T A z, its gradient 2 A^T A z, and that of A is 2 A (sum of z z^T):
    nothing has as many columns as there are cells. The first feature is 1. Without output noise.
    """

    def __init__(
        self,
        weights: Weights,
        features: Callable[[Tensor], Tensor],
        coefficients: Float[Tensor, "feature cell"],
        scale: float,
    ) -> None:
        self._features = features
        self._scale = scale
        self._output = weights["output"]
        self._code = -coefficients
        self._has_bias = "output_bias" in weights
        if self._has_bias:  # a bias takes part as the coefficient of the feature that is 1
            constant = torch.zeros_like(coefficients[:, :1])
            constant[0] = 1
            self._code = self._code + constant * weights["output_bias"].unsqueeze(-2)
        self._states_to_states = 2 * scale * (self._output.mT @ self._output)
        self._features_to_states = 2 * scale * (self._code @ self._output)
        self._squares = torch.zeros_like(self._states_to_states)  # sum of h h^T
        self._mixed = torch.zeros_like(self._features_to_states)  # of p h^T
        self._features_squares = self._mixed.new_zeros(*self._mixed.shape[:-1], len(coefficients))  # of p p^T

    def add(self, states: Tensor, variable: Tensor, noise: Tensor | None, to_states: Tensor) -> None:
        features = self._features(variable)
        torch.matmul(states, self._states_to_states, out=to_states)
        for out, left, right in (
            (to_states, features, self._features_to_states),
            (self._squares, states.mT, states),
            (self._mixed, features.mT, states),
            (self._features_squares, features.mT, features),
        ):
            (out.addmm_ if out.dim() == 2 else out.baddbmm_)(left, right)

    def total(self) -> Tensor:
        # Summed in float64: most of the terms cancels where the network is good.
        of_states = (self._states_to_states.double() * self._squares).sum((-2, -1))
        of_both = (self._features_to_states.double() * self._mixed).sum((-2, -1))
        of_features = ((self._code @ self._code.mT).double() * self._features_squares).sum((-2, -1))
        return ((of_states / 2 + of_both) / self._scale + of_features).to(self._output.dtype)

    def gradients(self) -> Weights:
        found = {"output": self._output @ self._squares + self._code.mT @ self._mixed}
        if self._has_bias:
            constant = self._mixed[..., :1, :] @ self._output.mT + self._features_squares[..., :1, :] @ self._code
            found["output_bias"] = constant.squeeze(-2)
        return {name: 2 * self._scale * value for name, value in found.items()}
