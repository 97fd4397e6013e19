"""Paths with known laws, activities made of them, and measures applied to those."""

import math

import numpy as np
import xarray as xr

from quiescent.evaluation.apply import apply
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Activity, Quality, Rest
from quiescent.spaces import Box, Circle, to_text
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


def imagined(name, *, space=BOX, dt=0.02, noisy=True, seed=0, steps=60, references=("own",)):
    """Apply a measure to activities made of noise, in all phases of such a network; the result is as it is stored."""
    measure = MEASURES[name]
    phases = _phases(measure, space, dt, noisy, np.random.default_rng(seed), steps)
    behaviour = dict.fromkeys(references, phases["active"]) if measure.compare else None
    gone = {phase: seen if phase == "active" else leave_all_out(seen) for phase, seen in phases.items()}
    readings = {"all": phases, "valid": gone} if measure.readings else {"all": phases}
    results = [measured(name, activities, behaviour, seed=seed) for activities in readings.values()]
    result = results[0]
    if measure.readings:
        result = xr.concat(results, xr.Variable("reading", list(readings)), coords="minimal", compat="override")
    return result.assign_attrs(space=to_text(space), dt=dt, sigma2_rec=1e-4 * noisy, origin="")


def _phases(measure, space, dt, noisy, rng, steps):
    low, high = np.array(space.bounds).T
    phases = {}
    for name, phase in measure.phases.items():
        if isinstance(phase, Rest) and phase.networks not in ("all", "noisy" if noisy else "noise_free"):
            continue
        shape = (steps if isinstance(phase, Rest) else 40, 12)
        factor = phase.noise if isinstance(phase, Rest) and isinstance(phase.noise, float) else 1.0
        states = rng.normal(size=(*shape, 12)).astype(np.float32)
        seen = activity(rng.uniform(low, high, (*shape, len(low))), space=space, dt=dt, states=states)
        quality = Quality(np.ones(shape), rng.uniform(size=shape))
        phases[name] = seen._replace(truth=seen.decoded, drift=states, noise_std=0.1 * factor, quality=quality)
    return phases


def wrap(angles):
    return np.remainder(angles + math.pi, 2 * math.pi) - math.pi


def brownian(rng, steps, trials, dim, std):
    return np.cumsum(rng.normal(0, std, (steps, trials, dim)), axis=0)


def ornstein_uhlenbeck(rng, steps, trials, dim, decay, stationary):
    """Sample paths `x' = decay x + noise` in their stationary state; `stationary` is the standard deviation there."""
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
