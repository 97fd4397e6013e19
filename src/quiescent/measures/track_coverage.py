"""Coverage of a track: how much of its lines does a path come near, and how much of the path is near a line?

Noise all over the box comes near every line in the end, so that the first number says nothing without the second, and
without the fraction of the box that is near a line.

Formula: the length of the track's lines within 10 cm of a path, over all of it; the fraction of steps within 10 cm of a
line.

Source: ours.

Fails: each number alone: noise all over the box covers every line, and a network that stands still on the track is on
it all the time. Paths of other lengths cannot be compared.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Track

NEAR = 0.1  # m
SPACING = 0.02  # m, of places along the lines
NODES = 200  # per dimension, of a grid over the box


class Lines(NamedTuple):
    """Places along the lines of a track with the length that each stands for, and the part of the box near them."""

    places: Float[np.ndarray, "node 2"]  # m
    lengths: Float[np.ndarray, " node"]  # m
    chance: float


def lines_of(phases: Activities) -> Lines:
    """Cut the lines of a track into short pieces."""
    space = next(iter(phases.values())).space
    assert isinstance(space, Track)
    sides = [low + (high - low) * (np.arange(NODES) + 0.5) / NODES for low, high in space.bounds]
    box = np.stack(np.meshgrid(*sides), -1)
    return Lines(*space.nodes(SPACING), float((space.away(box) <= NEAR).mean()))


def covered(paths: Float[np.ndarray, "time trial 2"], lines: Lines) -> Float[np.ndarray, " trial"]:
    """Compute the fraction of the lines' length that every path comes near (within 10 cm); NaN if all of it is NaN."""
    fractions = np.full(paths.shape[1], np.nan)
    for trial, path in enumerate(np.moveaxis(paths.astype(float), 1, 0)):
        points = path[np.isfinite(path).all(-1)]
        if len(points):
            distances, _ = cKDTree(points).query(lines.places, distance_upper_bound=NEAR * (1 + 1e-9))
            fractions[trial] = lines.lengths[np.isfinite(distances)].sum() / lines.lengths.sum()
    return fractions


def near(paths: Float[np.ndarray, "time trial 2"], track: Track) -> Float[np.ndarray, " trial"]:
    """Compute the fraction of every path's steps that are near a line (within 10 cm); NaN does not count."""
    away = track.away(paths.astype(float))
    known = np.isfinite(away)
    return np.where(known.any(0), (away <= NEAR).sum(0) / np.maximum(known.sum(0), 1), np.nan)


def of(activity: Activity, lines: Lines, _: np.random.Generator) -> Values:
    """Compute how much of the lines is covered, and how much of the path is on them."""
    assert isinstance(activity.space, Track)
    return {
        "covered": PerTrial(covered(activity.decoded, lines)),
        "on_track": PerTrial(near(activity.decoded, activity.space)),
        "on_track_by_chance": lines.chance,
    }


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "covered": Quantity("", f"fraction of the track within {100 * NEAR:g} cm of a path", error=True),
        "on_track": Quantity("", f"fraction of steps within {100 * NEAR:g} cm of the track", error=True),
        "on_track_by_chance": Quantity("", f"fraction of the box within {100 * NEAR:g} cm of the track", once=True),
    },
    of=of,
    learn=lines_of,
    space=Track,
    horizon=(0, 100),  # as many steps as trials have
)
