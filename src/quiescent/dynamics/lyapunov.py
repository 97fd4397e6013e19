"""Lyapunov exponents: how fast small differences between states grow along a path (Benettin et al. 1980)."""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.dynamics.tangent import Push


class Growth(NamedTuple):
    """The growth of small differences in one step, as logarithms of after over before, and the states after it."""

    differences: Float[Tensor, "path exponent"]  # of orthogonal small differences, the fastest one first
    states: Float[Tensor, "path unit"]


def growths(
    push: Push,
    states: Float[Tensor, "path unit"],
    vectors: Float[Tensor, "path unit exponent"],
    noise: Iterable[Float[Tensor, "path unit"] | float],
) -> Iterator[Growth]:
    """Follow small differences along paths, and yield after every step by how much it stretched them.

    There are as many steps as there is noise, which is added after each and so is one for all copies of a state: the
    derivative is that at the state before the step. `vectors` are any that are independent. Averages over time of
    what is yielded tend to the largest exponents, in falling order; the first steps still turn the vectors. Whoever
    shows progress counts what is yielded.
    """
    frame = torch.linalg.qr(vectors).Q
    for kick in noise:
        states, pushed = push(states, frame)
        frame, stretched = torch.linalg.qr(pushed)
        states = states + kick
        yield Growth(stretched.diagonal(dim1=-2, dim2=-1).abs().log(), states)


def kaplan_yorke(exponents: Float[np.ndarray, " exponent"], units: int) -> float:
    """Compute the dimension of the attractor that exponents tell of (Kaplan and Yorke 1979).

    It is the number of exponents, the largest first, whose sum still is 0 or more, and the fraction of the next one
    that brings the sum to 0: 0 where even the largest is negative. NaN if that takes more exponents than are known
    of the `units`, or if any of them is NaN.

    Examples
    --------
    >>> kaplan_yorke(np.array([1.0, 0.0, -2.0]), units=3)
    2.5
    """
    falling = np.sort(exponents)[::-1]
    sums = np.cumsum(falling)
    if not np.isfinite(falling[:1]).all() or np.isnan(falling).any():
        return math.nan
    whole = int((sums >= 0).cumprod().sum())
    if whole == len(falling):
        return float(units) if whole == units else math.nan
    rest = sums[whole - 1] / -falling[whole] if whole else 0.0
    return whole + float(rest)
