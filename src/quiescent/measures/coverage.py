"""Coverage: how much of the visited area does one path reach, and how soon does it forget where it began?

Formula: the fraction of those bins (20 per dimension, the fewest that hold 95 % of behaviour) that a path has entered
by a time; the mixing time is the lag at which the autocorrelation of places falls below 1/e.

Source: ours.

Fails: for white noise, which is everywhere at once: jitter is taken out first, and what depends on how much of it there
is, is NaN (`coverage_decoded` is with jitter). Paths of other lengths and other bins cannot be compared.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.measures.motion import motion_of, without_jitter
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Bounds, Space
from quiescent.statistics import log_spaced, points_of

BINS = 20  # per dimension
VISITED = 0.95  # fraction of behaviour that the visited area holds
TIMES = 40  # in a curve
CERTAIN = 0.2  # largest error of a coverage that counts as measured, relative


class Mixing(NamedTuple):
    """Lag at which the autocorrelation falls below 1/e (s); if it never does, the longest lag looked at."""

    time: float
    censored: bool


class Visited(NamedTuple):
    """The area that behaviour visited, and the numbers of steps at which coverage is looked at."""

    area: Bool[np.ndarray, " bin"]
    steps: Int[np.ndarray, " time"]


def bins_of(paths: Float[np.ndarray, "time trial dim"], bounds: Bounds) -> Int[np.ndarray, "time trial"]:
    """Find the bin of every step, by number, on a regular grid between bounds; -1 outside, or where a step is NaN."""
    low, high = np.array(bounds, float).T
    at = np.floor((np.nan_to_num(paths.astype(float), nan=np.inf) - low) / (high - low) * BINS)
    inside = ((at >= 0) & (at < BINS)).all(-1)
    index = np.where(inside[..., None], at, 0).astype(int)
    return np.where(inside, np.ravel_multi_index(tuple(np.moveaxis(index, -1, 0)), (BINS,) * len(bounds)), -1)


def visited(bins: Int[np.ndarray, "time trial"], dim: int) -> Bool[np.ndarray, " bin"]:
    """Select the most visited bins, which together hold 95 % of all steps."""
    counts = np.bincount(bins[bins >= 0], minlength=BINS**dim)
    order = np.argsort(counts, kind="stable")[::-1]
    enough = np.searchsorted(np.cumsum(counts[order]), VISITED * counts.sum()) + 1
    area = np.zeros(len(counts), bool)
    area[order[:enough]] = True
    return area & (counts > 0)


def coverage(bins: Int[np.ndarray, "time trial"], area: Bool[np.ndarray, " bin"]) -> Float[np.ndarray, "time trial"]:
    """Compute the fraction of an area that every path has reached by every step."""
    reached = np.zeros(bins.shape)
    for trial, path in enumerate(bins.T):
        _, first = np.unique(path, return_index=True)
        new = first[(path[first] >= 0) & area[path[first]]]
        reached[new, trial] = 1
    return np.asarray(np.cumsum(reached, axis=0) / max(1, area.sum()))


def mixing(paths: Float[np.ndarray, "time trial dim"], dt: float, space: Space) -> Mixing:
    """Find when a path forgets where it was, from the autocorrelation about the mean of all paths and steps."""
    points = space.embedded(paths).astype(float)
    counts = np.isfinite(points).all(-1)
    if counts.sum() < 2:
        return Mixing(math.nan, False)
    centred = np.where(counts[..., None], points - points[counts].mean(0), 0)
    variance = np.square(centred).sum() / counts.sum()
    before_lag, before = 0, 1.0
    longest = max(1, len(paths) // 2)
    for lag in log_spaced(longest, 100):
        pairs = int((counts[lag:] & counts[:-lag]).sum())
        if not pairs or variance == 0:
            return Mixing(math.nan, False)
        now = float((centred[lag:] * centred[:-lag]).sum() / pairs / variance)
        if now < 1 / math.e:
            crossing = before_lag + (lag - before_lag) * (before - 1 / math.e) / (before - now)
            return Mixing(float(crossing) * dt, False)
        before_lag, before = int(lag), now
    return Mixing(longest * dt, True)


def visited_by(phases: Activities) -> Visited:
    """Find the area that behaviour visited, and numbers of steps up to the longest phase."""
    active = phases["active"]
    bounds = active.space.bounds
    longest = max(len(activity.decoded) for activity in phases.values())
    return Visited(visited(bins_of(active.decoded, bounds), len(bounds)), log_spaced(longest, TIMES))


def of(activity: Activity, known: Visited, rng: np.random.Generator) -> Values:
    """Compute the fraction of the visited area that one path reaches, against time, and the mixing time (s).

    Jitter of the read-out reaches places where a path never was, so it is taken out first. NaN where what is left
    depends by more than 20 % on how much of the motion is jitter.
    """
    paths, space = activity.decoded, activity.space
    decoded = coverage(bins_of(paths, space.bounds), known.area)
    if not len(points_of(paths)):
        decoded = np.full_like(decoded, np.nan)
    reached = _without_jitter(activity, decoded, known.area, rng)
    curve = np.full(len(known.steps), np.nan)
    within = known.steps <= len(reached)
    curve[within] = reached[known.steps[within] - 1].mean(1)
    time, censored = mixing(paths, activity.dt, space)
    return {
        "times": known.steps * activity.dt,
        "coverage": curve,
        "coverage_end": PerTrial(reached[-1]),
        "coverage_decoded": PerTrial(decoded[-1]),
        "mixing": time,
        "mixing_censored": float(censored),
    }


def _without_jitter(
    activity: Activity,
    decoded: Float[np.ndarray, "time trial"],
    area: Bool[np.ndarray, " bin"],
    rng: np.random.Generator,
) -> Float[np.ndarray, "time trial"]:
    paths, space, dt = activity.decoded, activity.space, activity.dt
    motion = motion_of(paths, space, dt, rng)
    unknown = np.full(paths.shape[:2], np.nan)
    if not math.isfinite(motion.diffusion.value):
        return unknown
    walks = without_jitter(paths, space, dt, motion, rng)
    covered = [coverage(bins_of(walk, space.bounds), area) for walk in walks]
    # Jitter adds places and takes none away.
    least, likely, most = (reached if _end(reached) < _end(decoded) else decoded for reached in covered)
    certain = _end(most) * (1 - CERTAIN) <= _end(likely) <= _end(least) * (1 + CERTAIN)
    return likely if certain else unknown


def _end(reached: Float[np.ndarray, "time trial"]) -> float:
    return float(reached[-1].mean())


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "times": Quantity("s", "time", ("time",), grid=True),
        "coverage": Quantity("", "fraction of the visited area, without jitter", ("time",)),
        "coverage_end": Quantity("", "fraction of the visited area at the end, without jitter", error=True),
        "coverage_decoded": Quantity("", "fraction of the visited area at the end, jitter included", error=True),
        "mixing": Quantity("s", "mixing time"),
        "mixing_censored": Quantity("", "1 where the mixing time is longer than that"),
    },
    of=of,
    learn=visited_by,
)
