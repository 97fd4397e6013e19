"""Occupancy: how often decoded positions or headings are where.

Formula: the kernel density of `kl` at the middle of every bin; around a circle the histogram of 20 sectors.

Source: Krishna et al. (2024), Figs. 1 to 3.

Fails: near walls, over which kernels spread; for a network that stands still, whose map is that of its starts.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.kl import density_of
from quiescent.measures.measure import AXES, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Space
from quiescent.statistics import points_of

MARGIN = 1.25 / 1.1  # the window of Krishna et al. (2024) over its box
BINS, SECTORS = 40, 20  # of a map per dimension, of a circle


class Occupancy(NamedTuple):
    """Probability density in bins, and the edges of the bins in every dimension."""

    density: Float[np.ndarray, "..."]
    edges: tuple[Float[np.ndarray, " edge"], ...]


def occupancy(paths: Float[np.ndarray, "*shape dim"], space: Space, *, bins: int = BINS) -> Occupancy:
    """Map how often points of all paths are where (per m, m^2 or rad); NaN where there are too few.

    It is the kernel density of `kl` at the middle of every bin of a window that is a margin wider than the bounds;
    along one periodic dimension, such as a circle, a histogram.
    """
    points = points_of(paths)
    if space.periodic and points.shape[1] == 1:
        return _histogram(points, space.bounds[0], SECTORS)
    edges = tuple(window(low, high, bins) for low, high in space.bounds)
    middles = np.meshgrid(*((edge[1:] + edge[:-1]) / 2 for edge in edges), indexing="ij")
    density = density_of(points, space)
    if density is None:
        return Occupancy(np.full(middles[0].shape, np.nan), edges)
    nodes = np.stack([middle.ravel() for middle in middles], axis=-1)
    return Occupancy(np.exp(density.log(nodes)).reshape(middles[0].shape), edges)


def window(low: float, high: float, bins: int) -> Float[np.ndarray, " edge"]:
    """Divide an interval, widened about its centre by the margin, into bins; returns their edges."""
    centre, half = (low + high) / 2, MARGIN * (high - low) / 2
    return np.linspace(centre - half, centre + half, bins + 1)


def _histogram(points: Float[np.ndarray, "point 1"], period: tuple[float, float], bins: int) -> Occupancy:
    low, high = period
    edges = np.linspace(low, high, bins + 1)
    counts, _ = np.histogram(low + (points - low) % (high - low), edges)
    density = counts / (len(points) * (edges[1] - edges[0])) if len(points) else np.full(bins, np.nan)
    return Occupancy(density, (edges,))


def of(activity: Activity, _known: None, _: np.random.Generator) -> Values:
    """Map where decoded positions or headings are (1/m^2, 1/m or 1/rad)."""
    density, edges = occupancy(activity.decoded, activity.space)
    return {"density": density.astype(np.float32), "extent": np.array([edge[[0, -1]] for edge in edges])}


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "density": Quantity("1/volume", "density of places", (AXES,)),
        "extent": Quantity("length", "lowest and highest edge of the map", ("axis", "end"), grid=True),
    },
    of=of,
    thin=True,
)
