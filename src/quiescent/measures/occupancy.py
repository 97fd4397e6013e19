"""Occupancy: how often decoded positions or headings are where."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.kl import density
from quiescent.tasks.trials import Box

MARGIN = 1.25 / 1.1  # the window of Krishna et al. (2024) over its box


class Occupancy(NamedTuple):
    """Probability density in bins, and the edges of the bins in every dimension."""

    density: Float[np.ndarray, "..."]
    edges: tuple[Float[np.ndarray, " edge"], ...]


def occupancy(paths: Float[np.ndarray, "*shape dim"], box: Box, *, bins: int = 100) -> Occupancy:
    """Smooth density of all points of all paths on a grid over the box and a margin (per m or m^2).

    The kernel density of `kl`, at the middle of every bin.
    """
    edges = tuple(window(low, high, bins) for low, high in box)
    middles = np.meshgrid(*((edge[1:] + edge[:-1]) / 2 for edge in edges), indexing="ij")
    points = np.stack([middle.ravel() for middle in middles], axis=-1)
    return Occupancy(np.exp(density(paths).log(points)).reshape(middles[0].shape), edges)


def polar_occupancy(angles: Float[np.ndarray, "*shape 1"], *, bins: int = 20) -> Occupancy:
    """Histogram of headings around the circle (per rad)."""
    edges = np.linspace(-np.pi, np.pi, bins + 1)
    wrapped = np.remainder(angles.ravel() + np.pi, 2 * np.pi) - np.pi
    counts, _ = np.histogram(wrapped, edges)
    return Occupancy(counts / (angles.size * (edges[1] - edges[0])), (edges,))


def window(low: float, high: float, bins: int) -> Float[np.ndarray, " edge"]:
    """Edges of bins over an interval widened about its centre by the margin."""
    centre, half = (low + high) / 2, MARGIN * (high - low) / 2
    return np.linspace(centre - half, centre + half, bins + 1)
