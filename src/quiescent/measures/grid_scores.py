"""Grid scores: does a map's autocorrelogram come back after a turn of 60 degrees, and not after one of 30 or 90?"""

import functools
import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.sparse import csr_array, diags_array

ANGLES = (30.0, 60.0, 90.0, 120.0, 150.0)  # degrees
INNER, OUTER = 0.2, np.linspace(0.4, 1.0, 10)  # of the masks of Banino et al. (2018), over the map's shortest side
AROUND = (0.5, 1.5)  # of the distance of the six nearest peaks: the annulus in which these lie
SPACINGS = np.arange(2.0, 25.0)  # bins: distances for which annuli are made
OVERLAP = 20  # bins that a shift has to leave for a correlation (Sargolini et al. 2006)
ALIKE = 1e-5  # of the square of a map's largest value: a smaller variance is none
THRESHOLD = 0.37  # of Banino et al. (2018)

Maps = Float[np.ndarray, "unit x y"]


class GridScores(NamedTuple):
    """Grid scores of two definitions.

    `maximum`: the largest of ten annuli of growing size, mean correlation at 60 and 120 degrees less that at 30, 90 and
    150 (Banino et al. 2018, Sorscher et al. 2019). `annulus`: in the one annulus that holds the six nearest peaks, the
    smaller of the former less the largest of the latter (Sargolini et al. 2006, Langston et al. 2010); NaN without six.
    """

    maximum: Float[np.ndarray, " unit"]
    annulus: Float[np.ndarray, " unit"]


class _Disc(NamedTuple):
    """Pixels of an autocorrelogram around its middle, how they turn, and annuli among them."""

    pixels: tuple[np.ndarray, ...]
    turns: tuple[csr_array, ...]  # one per angle
    masks: Float[np.ndarray, "mask pixel"]  # each sums up to 1; those of the first definition come first


def grid_scores(maps: Maps) -> GridScores:
    """Compute both grid scores of maps with square bins; NaN are bins without a value, the same in every map."""
    grams = autocorrelograms(maps)
    disc = _disc(grams.shape[1:])
    values = grams[:, disc.pixels[0], disc.pixels[1]].T
    means, squares = disc.masks @ values, disc.masks @ np.square(values)
    variances = squares - np.square(means)
    # An annulus turns into itself: mean and variance stay as they are.
    products = np.stack([disc.masks @ (values * (turn @ values)) for turn in disc.turns])
    correlations = (products - np.square(means)) / np.where(variances > ALIKE, variances, np.nan)
    at30, at60, at90, at120, at150 = correlations[:, : len(OUTER)]
    maximum = np.fmax.reduce((at60 + at120) / 2 - (at30 + at90 + at150) / 3)
    spacing = peak_distances(grams)
    known = np.isfinite(spacing)
    nearest = np.abs(np.where(known, spacing, 0) - SPACINGS[:, None]).argmin(0)
    at30, at60, at90, at120, at150 = correlations[:, len(OUTER) + nearest, np.arange(len(maps))]
    annulus = np.minimum(at60, at120) - np.maximum(np.maximum(at30, at90), at150)
    return GridScores(maximum, np.where(known, annulus, np.nan))


def autocorrelograms(maps: Maps) -> Float[np.ndarray, "unit u v"]:
    """Correlate each map with itself at every shift, over the bins that overlap; 0 where few do or all are alike."""
    seen = np.isfinite(maps).all(0)
    filled = np.where(seen, maps, 0).astype(np.float32)
    filled -= np.where(seen, filled.sum((1, 2), keepdims=True) / np.float32(max(1, seen.sum())), 0)
    filled /= np.maximum(np.abs(filled).max((1, 2), keepdims=True), np.finfo(np.float32).tiny)
    size = [next_fast_len(2 * side - 1, real=True) for side in seen.shape]

    def correlate(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        whole = irfft2(one * other.conj(), size)
        rolled = np.roll(whole, [side - 1 for side in seen.shape], (-2, -1))
        return np.asarray(rolled[..., : 2 * seen.shape[0] - 1, : 2 * seen.shape[1] - 1])

    mask, values, squares = (rfft2(array, size) for array in (seen.astype(np.float32), filled, np.square(filled)))
    number = np.round(correlate(mask, mask))
    total, square = correlate(values, mask), correlate(squares, mask)
    spread = number * square - np.square(total)
    product = number * correlate(values, values) - total * total[:, ::-1, ::-1]
    both = spread * spread[:, ::-1, ::-1]
    fine = (number >= OVERLAP) & (both > np.square(ALIKE * np.square(number)))
    return np.where(fine, product / np.sqrt(np.where(fine, both, 1)), 0)


def peak_distances(grams: Float[np.ndarray, "unit u v"]) -> Float[np.ndarray, " unit"]:
    """Average the distances of the six peaks nearest to the middle (bins); NaN where there are fewer."""
    size = (1, 3, 3)
    peaks = (grams >= maximum_filter(grams, size)) & (grams > minimum_filter(grams, size))
    distance = _distance(grams.shape[1:])
    peaks &= (distance > 0) & (distance <= min(grams.shape[1:]) // 2)
    six = np.partition(np.where(peaks, distance, np.inf).reshape(len(grams), -1), 5, axis=1)[:, :6].mean(1)
    return np.where(np.isfinite(six), six, np.nan)


def _distance(shape: tuple[int, ...]) -> Float[np.ndarray, "u v"]:
    u, v = (np.arange(side) - side // 2 for side in shape)
    return np.hypot(u[:, None], v)


@functools.cache
def _disc(shape: tuple[int, ...]) -> _Disc:
    distance, radius = _distance(shape), min(shape) // 2
    pixels = np.nonzero(distance <= radius)
    inside, side = distance[pixels], radius + 1
    rings = [(INNER * side, outer * side) for outer in OUTER]
    rings += [(AROUND[0] * spacing, AROUND[1] * spacing) for spacing in SPACINGS]
    masks = np.array([(inside > low) & (inside <= high) for low, high in rings], np.float32)
    masks /= np.maximum(1, masks.sum(1, keepdims=True))  # sums become means
    return _Disc(pixels, tuple(_turn(shape, pixels, angle) for angle in ANGLES), masks)


def _turn(shape: tuple[int, ...], pixels: tuple[np.ndarray, ...], angle: float) -> csr_array:
    """Make the matrix that turns the pixels of a disc, by bilinear interpolation."""
    number, index = len(pixels[0]), np.full(shape, -1)
    index[pixels] = np.arange(number)
    u, v = (pixel - side // 2 for pixel, side in zip(pixels, shape, strict=True))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    at = (cos * u - sin * v + shape[0] // 2, sin * u + cos * v + shape[1] // 2)
    rows, columns, weights = [], [], []
    for corner in np.ndindex(2, 2):
        near = [np.floor(place + 1e-9).astype(int) + side for place, side in zip(at, corner, strict=True)]
        weight = np.prod([1 - np.abs(place - node) for place, node in zip(at, near, strict=True)], axis=0)
        found = index[tuple(np.clip(node, 0, side - 1) for node, side in zip(near, shape, strict=True))]
        there = (found >= 0) & (weight > 1e-6)
        rows.append(np.flatnonzero(there))
        columns.append(found[there])
        weights.append(weight[there].astype(np.float32))
    matrix = csr_array(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(number, number)
    )
    return csr_array(diags_array(1 / matrix.sum(1)) @ matrix)  # on the rim of the disc some corners lie outside
