"""Border score: does a unit fire along a wall, and only near it (Solstad et al. 2008)?"""

import numpy as np
from jaxtyping import Float
from scipy.ndimage import label

FIELD = 0.3  # of a map's highest rate, from which on a bin belongs to a field
LEAST = 0.02  # of all bins: smaller fields do not count (200 cm^2 in their box of 1 m)
BESIDE = np.zeros((3, 3, 3), bool)  # bins of one map that touch
BESIDE[1, 1, :] = BESIDE[1, :, 1] = True

Maps = Float[np.ndarray, "unit x y"]


def border_scores(maps: Maps) -> Float[np.ndarray, " unit"]:
    """Compute (c - d) / (c + d) of every map, from -1 to 1; NaN are bins without a value. NaN for a map without fields.

    c is the largest fraction of a wall that one field covers, d the mean distance of all fields from the nearest wall,
    weighted by rate, over the largest there can be. The rate is the map where it is above zero.
    """
    rates = np.maximum(np.nan_to_num(maps), 0)
    highest = rates.max((1, 2), keepdims=True)
    fields, number = label((rates >= FIELD * highest) & (highest > 0), BESIDE)
    large = np.bincount(fields.ravel(), minlength=number + 1) >= LEAST * maps[0].size
    large[0] = False
    fields = np.where(large[fields], fields, 0)
    walls = (fields[:, 0], fields[:, -1], fields[:, :, 0], fields[:, :, -1])
    covered = np.max([_covered(wall, number) for wall in walls], axis=0)
    x, y = (np.minimum(np.arange(side), np.arange(side)[::-1]) + 0.5 for side in maps.shape[1:])
    distance = np.minimum(x[:, None], y) / (min(maps.shape[1:]) / 2)
    weights = np.where(fields > 0, rates, 0)
    total = weights.sum((1, 2))
    far = (weights * distance).sum((1, 2)) / np.where(total > 0, total, np.nan)
    return np.asarray((covered - far) / (covered + far))


def _covered(wall: np.ndarray, number: int) -> Float[np.ndarray, " unit"]:
    """Find the largest fraction of a wall's bins (unit bin) that lie in one field; fields have their own numbers."""
    counts = np.bincount(wall.ravel(), minlength=number + 1)
    counts[0] = 0
    return np.asarray(counts[wall].max(1) / wall.shape[1])
