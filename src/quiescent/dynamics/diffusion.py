"""Diffusion along a manifold of slow states, predicted from the linearised step: how noise adds up to movement.

Noise off the manifold decays, but in a network that is not normal it is carried along the manifold while it does. What
stays of any difference is told by the left eigenvectors of the slow directions, not by the manifold's tangents.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class SlowDirections(NamedTuple):
    """The directions in which a network forgets last, at one state."""

    lifetimes: Float[np.ndarray, " direction"]  # steps in which a difference shrinks, or grows, e-fold
    left: Float[np.ndarray, "unit direction"]  # span the left eigenvectors


def slow_directions(jacobian: Float[np.ndarray, "unit unit"], number: int) -> SlowDirections:
    """Find the left eigenvectors of so many eigenvalues, those nearest 1.

    A pair of complex ones is spanned by real and imaginary part. Where `number` would divide a pair there are not as
    many slow directions: all is NaN.
    """
    values, vectors = np.linalg.eig(jacobian.T)
    order = np.argsort(np.abs(values - 1), kind="stable")[:number]
    values, vectors = values[order], vectors[:, order]
    whole = np.isclose(values.imag.sum(), 0, atol=1e-9)
    if len(values) < number or not whole:
        return SlowDirections(np.full(number, math.nan), np.full((len(jacobian), number), math.nan))
    left = np.where(values.imag < 0, vectors.imag, vectors.real)
    with np.errstate(divide="ignore"):
        return SlowDirections(1 / np.abs(np.log(np.abs(values))), left)


def predicted_diffusion(
    left: Float[np.ndarray, "unit direction"], right: Float[np.ndarray, "unit direction"], noise_std: float
) -> Float[np.ndarray, "direction direction"]:
    """Predict the covariance, per step, of a random walk along slow directions.

    `right` spans the slow directions themselves, and the walk is counted in its columns: the tangents `r'` of a
    manifold for a walk of the variable that it encodes. White noise of one standard deviation is added to every unit
    at every step, so that the covariance is `s^2 (U^T R)^-1 U^T U (R^T U)^-1`; with a single direction
    `s^2 |u|^2 / (u . r')^2`.

    Examples
    --------
    >>> left, right = np.array([[1.0], [2.0]]), np.array([[1.0], [0.0]])
    >>> predicted_diffusion(left, right, noise_std=0.1).round(4)
    array([[0.05]])
    """
    to_walk = np.linalg.inv(left.T @ right) @ left.T
    return np.asarray(noise_std**2 * to_walk @ to_walk.T)


def naive_diffusion(
    right: Float[np.ndarray, "unit direction"], noise_std: float
) -> Float[np.ndarray, "direction direction"]:
    """Predict the covariance, per step, if all noise normal to the slow directions were taken away at once.

    It is `s^2 (R^T R)^-1`, with a single direction `s^2 / |r'|^2`: no network diffuses less, and
    a normal one that much.
    """
    return predicted_diffusion(right, right, noise_std)
