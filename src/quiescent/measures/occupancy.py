"""Occupancy: how often decoded positions or headings fall into every bin."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.tasks.trials import Box

MARGIN = 1.25 / 1.1  # the window of Krishna et al. (2024) over its box


class Occupancy(NamedTuple):
    """Probability density on a grid, and the edges of its bins in every dimension."""

    density: Float[np.ndarray, "*bins"]
    edges: tuple[Float[np.ndarray, " edge"], ...]


def occupancy(paths: Float[np.ndarray, "*shape dim"], box: Box, *, bins: int = 100) -> Occupancy:
    """Histogram of all points of all paths over the box and a margin around it (per m^2, m or rad).

    Points outside the window count in the total, so the density may integrate to less than 1.
    """
    points = paths.reshape(-1, paths.shape[-1]).astype(float)
    edges = tuple(window(low, high, bins) for low, high in box)
    counts, _ = np.histogramdd(points, edges)
    volume = np.prod([edge[1] - edge[0] for edge in edges])
    return Occupancy(counts / (len(points) * volume), edges)


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
