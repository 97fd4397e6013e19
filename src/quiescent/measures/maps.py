"""Maps: the mean state of every unit where a network is, and what a map tells about the place.

A state may be negative. Means are taken of states as they are, so that noise around zero cancels; as a rate, which has
to be at least zero, a map counts where it is above zero.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from quiescent.spaces import Space

BINS, MOST, SECTORS = 20, 60, 40  # along the shortest side; along any; of a line or a circle
SMOOTHED = 1.0  # bins, standard deviation of a Gaussian

Maps = Float[np.ndarray, "unit bin"]


class Layout(NamedTuple):
    """Bins of a space: square, so that angles in a map are those in the space."""

    shape: tuple[int, ...]
    bounds: tuple[tuple[float, float], ...]
    periodic: bool

    @property
    def plane(self) -> bool:
        """Tell whether it is a room with walls, of two dimensions."""
        return len(self.shape) == 2 and not self.periodic


class Mapped(NamedTuple):
    """Mean state of every unit in every bin, NaN where the network never was, and the fraction of time there."""

    maps: Maps
    occupancy: Float[np.ndarray, " bin"]


def layout_of(space: Space) -> Layout:
    """Divide a space into bins."""
    sides = [high - low for low, high in space.bounds]
    if len(sides) == 1:
        return Layout((SECTORS,), space.bounds, space.periodic)
    width = max(min(sides) / BINS, max(sides) / MOST)
    return Layout(tuple(max(1, round(side / width)) for side in sides), space.bounds, space.periodic)


def bins_of(points: Float[np.ndarray, "*shape dim"], layout: Layout) -> Int[np.ndarray, "*shape"]:
    """Find the bin of every point, as one number; what lies outside counts to the nearest bin, and NaN is -1."""
    low, high = np.array(layout.bounds).T
    fractions = (points - low) / (high - low)
    shape = np.array(layout.shape)
    with np.errstate(invalid="ignore"):
        index = np.floor(np.nan_to_num(fractions % 1 if layout.periodic else fractions) * shape).astype(int)
    flat = np.ravel_multi_index(tuple(np.moveaxis(np.clip(index, 0, shape - 1), -1, 0)), layout.shape)
    return np.where(np.isfinite(points).all(-1), flat, -1)


def mapped(states: Float[np.ndarray, "step trial unit"], bins: Int[np.ndarray, "step trial"], layout: Layout) -> Mapped:
    """Map the mean state in every bin, smoothed by a Gaussian: sums of states over sums of visits."""
    rows, where = states.reshape(-1, states.shape[-1]), bins.ravel()
    counted = np.flatnonzero((where >= 0) & np.isfinite(rows[:, 0]))
    number = math.prod(layout.shape)
    ones = np.ones(len(counted), np.float32)
    if len(counted) < len(rows):
        rows, where = rows[counted], where[counted]
    visits = csr_array((ones, (where, np.arange(len(rows)))), shape=(number, len(rows)))
    counts = np.bincount(where, minlength=number)
    smooth = _smoothing(layout)
    with np.errstate(invalid="ignore"):
        maps = (smooth @ (visits @ rows)) / np.where(counts > 0, smooth @ counts, np.nan)[:, None]
    return Mapped(np.ascontiguousarray(maps.T), counts / max(1, len(rows)))


def information(maps: Maps, occupancy: Float[np.ndarray, " bin"]) -> Float[np.ndarray, " unit"]:
    """Compute the information that one spike would carry about the place (bits; Skaggs et al. 1993).

    The rate is the map where it is above zero; NaN for a unit without any rate.
    """
    rates = np.maximum(np.nan_to_num(maps), 0)
    means = rates @ occupancy
    relative = rates / np.where(means > 0, means, np.nan)[:, None]
    return np.asarray((relative * np.log2(np.where(relative > 0, relative, 1))) @ occupancy)


def resultant(maps: Maps) -> Float[np.ndarray, " unit"]:
    """Compute the mean resultant length of tuning curves around a circle: 0 if even, 1 if there is one heading only."""
    rates = np.maximum(np.nan_to_num(maps), 0)
    angles = 2 * math.pi * (np.arange(maps.shape[1]) + 0.5) / maps.shape[1]
    totals = rates.sum(1)
    return np.asarray(abs(rates @ np.exp(1j * angles)) / np.where(totals > 0, totals, np.nan))


def similarity(maps: Maps, others: Maps) -> Float[np.ndarray, " unit"]:
    """Correlate the maps of every unit over the bins that both have; NaN where one does not vary."""
    both = np.isfinite(maps[0]) & np.isfinite(others[0])
    one, other = (_centred(part, both) for part in (maps, others))
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(1) / np.where(norms > 0, norms, np.nan))


def _centred(maps: Maps, chosen: Bool[np.ndarray, " bin"]) -> Float[np.ndarray, "unit chosen"]:
    part = maps[:, chosen].astype(float)
    return np.asarray(part - part.sum(1, keepdims=True) / max(1, part.shape[1]))


@functools.cache
def _smoothing(layout: Layout) -> Float[np.ndarray, "bin bin"]:
    """Make the matrix that smooths along every dimension."""
    matrix = np.ones((1, 1))
    for size in layout.shape:
        apart = np.abs(np.arange(size)[:, None] - np.arange(size))
        apart = np.minimum(apart, size - apart) if layout.periodic else apart
        matrix = np.kron(matrix, np.exp(-np.square(apart / SMOOTHED) / 2))
    return matrix.astype(np.float32)
