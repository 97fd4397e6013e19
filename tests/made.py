"""Paths with known laws, and activities made of them."""

import math

import numpy as np

from quiescent.quiescence.activity import Activity

BOX = ((-1.1, 1.1), (-1.1, 1.1))
CIRCLE = ((-math.pi, math.pi),)


def activity(paths, *, dt=0.02, states=None):
    """An activity of positions (2 dimensions) or headings (1)."""
    circular = paths.shape[-1] == 1
    return Activity(paths.astype(np.float32), None, states, CIRCLE if circular else BOX, circular, dt)


def wrap(angles):
    return np.remainder(angles + math.pi, 2 * math.pi) - math.pi


def brownian(rng, steps, trials, dim, std):
    return np.cumsum(rng.normal(0, std, (steps, trials, dim)), axis=0)


def ornstein_uhlenbeck(rng, steps, trials, dim, decay, stationary):
    """Paths `x' = decay x + noise` in their stationary state, with that standard deviation in every dimension."""
    paths = np.empty((steps, trials, dim))
    paths[0] = rng.normal(0, stationary, (trials, dim))
    for t in range(1, steps):
        paths[t] = decay * paths[t - 1] + stationary * math.sqrt(1 - decay**2) * rng.normal(size=(trials, dim))
    return paths


def leave_out(one, rng, share=0.3):
    """The same with some steps left out at random."""
    return one.only(rng.random(one.decoded.shape[:2]) > share)


def leave_all_out(one):
    return one.only(np.zeros(one.decoded.shape[:2], bool))
