"""Paths with known laws, activities made of them, and measures applied to those."""

import math

import numpy as np

from quiescent.evaluation.apply import apply
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Activity
from quiescent.spaces import Box, Circle
from quiescent.streams import numpy_stream

BOX = Box(((-1.1, 1.1), (-1.1, 1.1)))
CIRCLE = Circle()


def activity(paths, *, space=None, dt=0.02, states=None):
    """Make an activity of positions in a box (2 dimensions), of headings (1), or of paths in another space."""
    space = space or (CIRCLE if paths.shape[-1] == 1 else BOX)
    return Activity(paths.astype(np.float32), None, states, space, dt)


def measured(name, phases, references=None, *, seed=0):
    """Apply a measure to activities by phase, with the random streams of a network of that seed."""
    return apply(MEASURES[name], phases, lambda row: numpy_stream(seed, "measure", name, row), references)


def wrap(angles):
    return np.remainder(angles + math.pi, 2 * math.pi) - math.pi


def brownian(rng, steps, trials, dim, std):
    return np.cumsum(rng.normal(0, std, (steps, trials, dim)), axis=0)


def ornstein_uhlenbeck(rng, steps, trials, dim, decay, stationary):
    """Sample paths `x' = decay x + noise` in their stationary state, with that standard deviation in every dimension."""
    paths = np.empty((steps, trials, dim))
    paths[0] = rng.normal(0, stationary, (trials, dim))
    for t in range(1, steps):
        paths[t] = decay * paths[t - 1] + stationary * math.sqrt(1 - decay**2) * rng.normal(size=(trials, dim))
    return paths


def leave_out(activity, rng, fraction=0.3):
    """Leave some steps out at random."""
    return activity.only(rng.random(activity.decoded.shape[:2]) > fraction)


def leave_all_out(activity):
    """Leave every step out."""
    return activity.only(np.zeros(activity.decoded.shape[:2], bool))
