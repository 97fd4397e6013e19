"""Regions of a space, and when paths are in which: what measures of reach and of order share."""

import itertools
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from quiescent.spaces import Space, Track
from quiescent.statistics import RESAMPLES, Estimate

NOWHERE = -1
PART = 8  # of the shortest side of a box, or of two quarters of a turn: the radius of a region


class Regions(NamedTuple):
    """Discs that do not overlap."""

    centres: Float[np.ndarray, "region dim"]
    radii: Float[np.ndarray, " region"]


def regions_of(space: Space) -> Regions:
    """Choose the regions of a space: a track's own; the corners of a box, the quarters of a circle."""
    if isinstance(space, Track):
        _, middles, radii = zip(*space.regions, strict=True)
        return Regions(np.array(middles), np.array(radii))
    sides = np.array(space.bounds)
    radius = float(np.ptp(sides, axis=1).min()) / (2 * PART if space.periodic else PART)
    along = [
        low + (high - low) * np.arange(4) / 4 if space.periodic else np.array([low + radius, high - radius])
        for low, high in sides
    ]
    centres = np.array(list(itertools.product(*along)))
    return Regions(centres, np.full(len(centres), radius))


def places(paths: Float[np.ndarray, "time trial dim"], space: Space, regions: Regions) -> Int[np.ndarray, "time trial"]:
    """Tell in which region every point lies; -1 where it is in none, or NaN."""
    found = np.full(paths.shape[:2], NOWHERE)
    points = paths.astype(float)
    for region, (centre, radius) in enumerate(zip(*regions, strict=True)):
        found[np.linalg.norm(space.difference(points, centre), axis=-1) <= radius] = region
    return found


class Visits(NamedTuple):
    """Stays in regions, of all trials one after the other; each lasts until another region is entered.

    What is under way at the end of a path, or at a step that is NaN, has no next region: its time is censored.
    """

    trial: Int[np.ndarray, " visit"]
    region: Int[np.ndarray, " visit"]
    following: Int[np.ndarray, " visit"]  # the region that is entered next; -1: censored
    steps: Int[np.ndarray, " visit"]  # from entering one region to entering the next, or for as long as it was seen


def visits(places: Int[np.ndarray, "time trial"], known: Bool[np.ndarray, "time trial"]) -> Visits:
    """List when paths enter regions; that one leaves a region and comes back before it enters another is one visit.

    A path that begins in a region enters it then. `known` is False where a point is NaN.
    """
    steps, trials = places.shape
    telling = (places != NOWHERE) | ~known
    last = np.maximum.accumulate(np.where(telling, np.arange(steps)[:, None], 0), axis=0)
    stays = np.take_along_axis(places, last, axis=0).T.ravel()  # the region that was visited last, trial by trial
    new = np.append(True, stays[1:] != stays[:-1])
    new[::steps] = True
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], steps * trials)
    trial, region = begins // steps, stays[begins]
    together = np.append(trial[1:] == trial[:-1], False)
    following = np.where(together, np.append(region[1:], NOWHERE), NOWHERE)
    lengths = ends - begins - (following == NOWHERE)
    kept = region != NOWHERE
    return Visits(trial[kept], region[kept], following[kept], lengths[kept])


def resampled(trials: int, rng: np.random.Generator) -> Int[np.ndarray, "resample trial"]:
    """Count how often each trial is drawn in resamples of all trials; the first row has each trial once."""
    drawn = rng.multinomial(trials, np.full(trials, 1 / trials), size=RESAMPLES)
    return np.concatenate([np.ones((1, trials), int), drawn])


def estimate(values: Float[np.ndarray, " resample"]) -> Estimate:
    """Take the value of all trials, and its standard error over resamples; NaN if any of those has none."""
    return Estimate(float(values[0]), float(values[1:].std(ddof=1)))
