"""Matrix products of the hot places: values of full precision in and out, multiplied in a precision of its own.

Where that is bfloat16, values are rounded for the product only, which adds up in float32 inside; states and everything
that is added to them keep their precision.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.machine.scratch import Scratch


class Products:
    """Products in the precision `dtype`; `scratch` lends the memory for what is rounded."""

    def __init__(self, dtype: torch.dtype, scratch: Scratch) -> None:
        self.dtype = dtype
        self._scratch = scratch

    def rounded(self, values: Tensor, name: str) -> Tensor:
        """Round values to the precision of products: themselves, or a copy in scratch memory, one per name."""
        if values.dtype == self.dtype:
            return values
        return self._scratch.empty(name, values.shape, values, self.dtype).copy_(values)

    def put(self, values: Float[Tensor, "*m row i"], weights: Float[Tensor, "*m i j"], out: Tensor) -> None:
        """Multiply: out = values @ weights, with weights that are rounded already."""
        if out.dtype == self.dtype:
            torch.matmul(values, weights, out=out)
        else:
            out.copy_(self._rounded_product(values, weights, out))

    def add(
        self, values: Float[Tensor, "*m row i"], weights: Float[Tensor, "*m i j"], out: Tensor, scale: float = 1.0
    ) -> None:
        """Multiply and add: out += scale * values @ weights, where possible without a pass of its own for the sum."""
        if out.dtype != self.dtype:
            out.add_(self._rounded_product(values, weights, out), alpha=scale)
        elif out.dim() == 2:
            out.addmm_(values, weights, alpha=scale)
        else:
            out.baddbmm_(values, weights, alpha=scale)

    def summed(
        self, left: Float[Tensor, "time *m trial i"], right: Float[Tensor, "time *m trial j"]
    ) -> Float[Tensor, "*m i j"]:
        """Sum left^T right over time and trials: the gradient of weights, from all steps at once."""
        left_rows, right_rows = self.rounded(rows(left), "left"), self.rounded(rows(right), "right")
        return (left_rows.mT @ right_rows).to(left.dtype)

    def _rounded_product(self, values: Tensor, weights: Tensor, out: Tensor) -> Tensor:
        result = self._scratch.empty("product", out.shape, out, self.dtype)
        return torch.matmul(self.rounded(values, "factor"), weights, out=result)


def rows(values: Float[Tensor, "time *m trial i"]) -> Float[Tensor, "*m row i"]:
    """Join time and trials to one axis; a view, if members lie outermost in memory."""
    return values.movedim(0, -3).flatten(-3, -2)
