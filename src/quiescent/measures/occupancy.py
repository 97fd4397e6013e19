"""Occupancy: how often decoded positions or headings are where."""

from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.measures.kl import density, density_or_none
from quiescent.measures.measure import Activities, Measure, points_of
from quiescent.quiescence.phases import RESTING, UNTRAINED
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
    there = angles[np.isfinite(angles)]
    counts, _ = np.histogram(np.remainder(there + np.pi, 2 * np.pi) - np.pi, edges)
    return Occupancy(counts / (max(there.size, 1) * (edges[1] - edges[0])), (edges,))


def window(low: float, high: float, bins: int) -> Float[np.ndarray, " edge"]:
    """Edges of bins over an interval widened about its centre by the margin."""
    centre, half = (low + high) / 2, MARGIN * (high - low) / 2
    return np.linspace(centre - half, centre + half, bins + 1)


AXES = {"position": ("x", "y"), "heading": ("heading",)}
BINS = 40


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Density of decoded positions or headings in every phase (1/m^2, 1/m or 1/rad)."""
    active = phases["active"]
    maps = {name: _map(one.decoded, one.box, one.circular) for name, one in phases.items()}
    edges = next(one.edges for one in maps.values() if one is not None)
    empty = np.full([len(edge) - 1 for edge in edges], np.nan)
    axes = AXES["heading" if active.circular else "position"][: len(edges)]
    unit = "1/rad" if active.circular else {1: "1/m", 2: "1/m^2"}[len(edges)]
    stack = np.stack([empty if one is None else one.density for one in maps.values()]).astype(np.float32)
    middles = {axis: (edge[1:] + edge[:-1]) / 2 for axis, edge in zip(axes, edges, strict=True)}
    return xr.Dataset({"density": (("phase", *axes), stack, {"unit": unit})}, coords={"phase": list(phases), **middles})


def _map(paths: Float[np.ndarray, "time trial dim"], box: Box, circular: bool) -> Occupancy | None:
    points = points_of(paths)
    if circular:
        return polar_occupancy(points) if len(points) else None
    return None if density_or_none(points, circular=False) is None else occupancy(points, box, bins=BINS)


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    compute=compute,
)
