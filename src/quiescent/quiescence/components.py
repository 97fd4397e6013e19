"""Principal components of hidden states."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

BLOCK = 10  # steps that are added up at once: a copy of all states would be large


class Spread(NamedTuple):
    """Mean and covariance of the states that count."""

    mean: Float[np.ndarray, " unit"]
    covariance: Float[np.ndarray, "unit unit"]


def spread_of(states: Float[np.ndarray, "time trial unit"]) -> Spread | None:
    """Compute mean and covariance over all steps and trials; NaN does not count. None for fewer than two states."""
    units = states.shape[-1]
    number, total, squares = 0, np.zeros(units), np.zeros((units, units))
    for begin in range(0, len(states), BLOCK):
        rows = states[begin : begin + BLOCK].reshape(-1, units)
        rows = rows[np.isfinite(rows[:, 0])]
        number += len(rows)
        total += rows.sum(0, dtype=float)
        squares += rows.T @ rows
    if number < 2:
        return None
    mean = total / number
    return Spread(mean, (squares - number * np.outer(mean, mean)) / (number - 1))


def principal(
    spread: Spread, number: int
) -> tuple[Float[np.ndarray, " component"], Float[np.ndarray, "unit component"]]:
    """Find the largest variances and their directions, in falling order."""
    variances, directions = np.linalg.eigh(spread.covariance)
    return np.maximum(variances[::-1][:number], 0), directions[:, ::-1][:, :number]
