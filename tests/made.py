"""Paths with known laws, activities made of them, and measures applied to those."""

import math
from dataclasses import replace

import numpy as np

from quiescent.evaluation.apply import apply
from quiescent.evaluation.views import apply_to_views
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Activity, Inside, Kicked, Kicks, Quality, Rest
from quiescent.quiescence.inside.diffusion import PLACES, SlowStates
from quiescent.quiescence.inside.flow import LAGS, NODES, Flowing
from quiescent.quiescence.inside.lyapunov import Growths
from quiescent.quiescence.inside.slow_points import SlowPoints
from quiescent.spaces import Box, Circle, Track, to_text
from quiescent.streams import numpy_stream

BOX = Box(((-1.1, 1.1), (-1.1, 1.1)))
CIRCLE = Circle()
TRACK = Track(
    ((-1.1, 1.1), (-1.1, 1.1)),
    (((0.0, -0.9), (0.0, 0.0), (-0.9, 0.0)), ((0.0, -0.9), (0.0, 0.0), (0.9, 0.0))),
    (("stem", (0.0, -0.9), 0.2), ("left", (-0.9, 0.0), 0.2), ("right", (0.9, 0.0), 0.2)),
)


def space_for(kind, space):
    """Choose a space of the kind that a measure or a figure is for; where it is for all, or for this one, it stays."""
    return space if kind is None or isinstance(space, kind) else {Circle: CIRCLE, Track: TRACK}[kind]


def activity(paths, *, space=None, dt=0.02, states=None):
    """Make an activity of positions in a box (2 dimensions), of headings (1), or of paths in another space."""
    space = space or (CIRCLE if paths.shape[-1] == 1 else BOX)
    return Activity(paths.astype(np.float32), None, states, space, dt)


def measured(name, phases, references=None, *, seed=0):
    """Apply a measure to activities by phase, with the random streams of a network of that seed."""
    return apply(MEASURES[name], phases, lambda row: numpy_stream(seed, "measure", name, row), references)


def imagined(name, *, space=BOX, dt=0.02, noisy=True, seed=0, steps=60, references=("own",)):
    """Apply a measure to activities made of noise, in all phases of such a network; the result is as it is stored.

    Rests are short: the measure reads all of each, and no windows.
    """
    measure = replace(MEASURES[name], horizon=(0, steps))
    rng = np.random.default_rng(seed)
    meant = {label: phase for label, phase in measure.phases.items() if _is_meant(phase, noisy)}
    activities = {label: _noise(phase, space, dt, rng, steps) for label, phase in meant.items()}
    phases = {
        label: phase._replace(steps=steps) if isinstance(phase, Rest) else phase for label, phase in meant.items()
    }
    behaviour = dict.fromkeys(references, activities["active"]) if measure.compare else {}
    result = apply_to_views(
        measure, phases, activities, lambda row: numpy_stream(seed, "measure", name, row), behaviour
    )
    return result.assign_attrs(space=to_text(space), dt=dt, sigma2_rec=1e-4 * noisy, origin="")


def _is_meant(phase, noisy):
    return not isinstance(phase, Rest) or phase.networks in ("all", "noisy" if noisy else "noise_free")


def _noise(phase, space, dt, rng, steps):
    """Make an activity of walks between walls, of which half of the steps at rest have a valid code."""
    low, high = np.array(space.bounds).T
    trials, units = 40, 12
    shape = (steps if isinstance(phase, Rest) else 40, trials)
    factor = 1.0
    if isinstance(phase, Rest):
        factor = phase.times if phase.noise == "task" else phase.noise if isinstance(phase.noise, float) else 1.0
    states = rng.normal(size=(*shape, units)).astype(np.float32)
    walk = brownian(rng, *shape, len(low), 0.02) + rng.uniform(size=(trials, len(low)))
    seen = activity(low + (high - low) * np.abs((walk + 1) % 2 - 1), space=space, dt=dt, states=states)
    lags = np.array([0, 1, 2, 5])
    kicks = Kicks(lags, rng.normal(size=(4, trials, units)), rng.normal(size=(4, trials, units)))
    quality = Quality(rng.uniform(size=shape), rng.uniform(1, 2, shape))
    return seen._replace(
        truth=None if isinstance(phase, Rest) else seen.decoded[:1] if isinstance(phase, Kicked) else seen.decoded,
        drift=states,
        noise_std=0.1 * factor,
        quality=quality,
        valid=quality.shape < 0.5,
        kicks=kicks,
        leak=0.2,
        inside=_looked_into(phase.what, rng, units, seen.decoded[-1]) if isinstance(phase, Inside) else None,
    )


def _looked_into(what, rng, units, places):
    """Make what a way to look into a network finds."""
    trials, dim = places.shape
    if what == "diffusion":
        left, states = rng.normal(size=(PLACES, units, dim)), rng.normal(size=(PLACES, units))
        return SlowStates(np.full((PLACES, dim), 50.0), left, states)
    if what == "flow":
        moves, ends = rng.normal(0, 0.01, (len(LAGS), trials, dim)), rng.normal(0, 0.3, (NODES[dim] ** dim, dim))
        return Flowing(np.array(LAGS), places, moves, ends, kicked=0.01, behaved=0.02)
    if what == "slow_points":
        values, speed, chosen = rng.uniform(-0.5, 1, (3, units, 2)), 10 ** rng.uniform(-5, -1, trials), np.arange(3)
        held = np.ones(trials, bool)
        return SlowPoints(places, speed, -speed, held, chosen, chosen, values, awake=0.1, steps=100, homogeneous=0.0)
    return Growths(rng.normal(-0.1, 0.01, (40, 4, 5)), rng.normal(-0.01, 0.01, (40, 4)), float(units), 0.2)


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


def leave_out_of(paths, rng, fraction=0.3):
    """Replace some steps of paths by NaN, at random."""
    return np.where(rng.random(paths.shape[:2])[..., None] > fraction, paths, np.nan)


def reflected(rng, steps, trials, diffusion, dt, *, low=-1.1, high=1.1):
    """Sample diffusion between walls in two dimensions, from starts that are spread evenly."""
    paths = rng.uniform(low, high, (trials, 2)) + brownian(rng, steps, trials, 2, math.sqrt(2 * diffusion * dt))
    turns = np.abs((paths - low) % (2 * (high - low)))
    return low + np.minimum(turns, 2 * (high - low) - turns)


def jittered(rng, paths, std, memory=0.0):
    """Add noise of that standard deviation, white or with a correlation from one step to the next."""
    return paths + ornstein_uhlenbeck(rng, *paths.shape, memory, std)


def leave_out(activity, rng, fraction=0.3):
    """Leave some steps out at random."""
    return activity.only(rng.random(activity.decoded.shape[:2]) > fraction)


def leave_all_out(activity):
    """Leave every step out."""
    return activity.only(np.zeros(activity.decoded.shape[:2], bool))
