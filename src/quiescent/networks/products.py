"""Matrix products of the hot places: float32 in, float32 out, multiplied in the precision of the weights.

Where weights are bfloat16 the values are rounded for the product only, which adds up in float32 inside; states and
everything that is added to them stay float32.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def product(
    values: Float[Tensor, "*m row i"], weights: Float[Tensor, "*m i j"], out: Float[Tensor, "*m row j"]
) -> None:
    """out = values @ weights."""
    if weights.dtype == out.dtype:
        torch.matmul(values, weights, out=out)
    else:
        out.copy_(values.to(weights.dtype) @ weights)


def add_product(
    out: Float[Tensor, "*m row j"],
    values: Float[Tensor, "*m row i"],
    weights: Float[Tensor, "*m i j"],
    scale: float = 1,
) -> None:
    """out += scale * values @ weights, where possible without a pass of its own for the sum."""
    if weights.dtype != out.dtype:
        out.add_(values.to(weights.dtype) @ weights, alpha=scale)
    elif out.dim() == 2:
        out.addmm_(values, weights, alpha=scale)
    else:
        out.baddbmm_(values, weights, alpha=scale)


def rows(values: Float[Tensor, "time *m trial i"]) -> Float[Tensor, "*m row i"]:
    """Time and trials as one axis. A view, if members lie outermost in memory."""
    return values.movedim(0, -3).flatten(-3, -2)


def sum_products(
    left: Float[Tensor, "time *m trial i"], right: Float[Tensor, "time *m trial j"], dtype: torch.dtype
) -> Float[Tensor, "*m i j"]:
    """Sum over time and trials of left^T right: the gradient of weights from all steps at once."""
    return (rows(left).to(dtype).mT @ rows(right).to(dtype)).to(left.dtype)
