"""A Kalman filter of paths with jitter, for many paths and many pairs of parameters at once.

A place moves with what has a memory, `u' = p u + noise`, and is seen with white noise: `y = x + jitter`. Either u is a
step, `x' = x + u'`, which is a walk with momentum and without memory (p = 0) diffusion; or it is the deviation from a
place to which the path returns, `x' = x + u' - u`.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

Pairs = Float[np.ndarray, "pair #trial"]


class Filtered(NamedTuple):
    """Sums over all steps that count but the first, in which every path begins."""

    log_variances: Pairs  # of the error of a prediction, in one dimension
    squares: Float[np.ndarray, "column pair trial"]  # of errors, over their variance
    products: Float[np.ndarray, "column pair trial"]  # of errors and those of the last column, over their variance


def filtered(
    columns: Float[np.ndarray, "time column trial"],
    counts: Bool[np.ndarray, "time trial"],
    persistence: Pairs,
    fraction: Pairs,
    *,
    returns: bool = False,
) -> Filtered:
    """Predict every step of every column from those before it; steps that do not count are passed over.

    `persistence` is p in [0, 1) and `fraction` the variance of u, which with that of jitter adds up to one: their
    common scale has a closed form. The first step has to count: before it, a path may be anywhere, and u is in its
    stationary state. With `returns` u is a deviation, else a step.
    """
    if counts.all():
        counts = counts[:, :1]  # the variances of all paths are then the same
    jitter, drive = 1 - fraction, fraction * (1 - persistence**2)
    ahead = persistence - returns  # what a place makes of the last step, or deviation
    place, step = columns[0, :, None], np.zeros(1)
    places, both, steps = jitter, np.zeros(1), fraction  # their variances, and their covariance
    logs, squares, products = np.zeros(1), np.zeros(1), np.zeros(1)
    for now, seen in zip(columns[1:, :, None], counts[1:], strict=True):
        place, step = place + ahead * step, persistence * step
        places = places + ahead * (2 * both + ahead * steps) + drive
        both = persistence * (both + ahead * steps) + drive
        steps = persistence**2 * steps + drive
        variance = places + jitter
        weight = seen / variance
        error = now - place
        weighted = weight * error
        logs = logs + seen * np.log(variance)
        squares = squares + error * weighted
        products = products + error * weighted[-1]
        place, step = place + places * weighted, step + both * weighted
        steps = steps - weight * both**2
        places, both = places - weight * places**2, both - weight * both * places
    return Filtered(logs, squares, products)
