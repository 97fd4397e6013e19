"""Stretches without a gap, sampled evenly, from which trials are cut."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.recordings.parts import PARTS, Starts, starts_of_parts
from quiescent.recordings.track import Track
from quiescent.spaces import Bounds

NEAR = 16.0  # sizes of the box (or of 1 m): positions that lie nearer to 0 are precise enough as they are
FULL_TURN = ((-math.pi, math.pi),)


class Cut(NamedTuple):
    """How a track is cut."""

    dt: float  # s, between samples
    max_gap: float  # s; a longer time without samples ends a stretch
    steps: int  # of a trial
    arena: Bounds | None  # m; None: the box is what was visited
    held_out: float = 0.0  # fraction of the samples that is never trained on


class Recording(NamedTuple):
    """Positions at even intervals, in stretches without a gap, one after the other."""

    positions: Float[np.ndarray, "sample dim"]  # m from the origin, or rad
    starts: Starts  # samples at which a whole trial fits before the next gap
    lengths: tuple[int, ...]  # samples of every stretch
    used: float  # s, of the stretches in the file
    bounds: Bounds  # m from the origin
    origin: tuple[float, ...]  # m, in the file's coordinates
    circle: bool


def cut(track: Track, how: Cut, path: object) -> Recording:
    """Sample a track evenly and find where trials may begin. Raises `QuiescentError` if none fits."""
    dt, max_gap, steps, arena, held_out = how
    parts = stretches(track, max_gap)
    pieces = [_resample(track.times[part], track.points[part], dt, track.circle) for part in parts]
    longest = max(len(piece) for piece in pieces)
    if longest <= steps:
        guess = _guess(track, max_gap, steps * dt)
        raise QuiescentError(
            f"{path}: a trial of {steps} steps of {dt:g} s needs {steps * dt:g} s without a gap longer than "
            f"{max_gap:g} s, but the longest stretch lasts {(longest - 1) * dt:g} s.{guess} "
            "Set task.steps, dt or max_gap."
        )
    kept = [piece for piece in pieces if len(piece) > steps]
    used = sum(
        float(np.ptp(track.times[part])) for part, piece in zip(parts, pieces, strict=True) if len(piece) > steps
    )
    lengths = tuple(len(piece) for piece in kept)
    starts = starts_of_parts(lengths, steps, held_out)
    for part, places in starts.items():
        if not len(places):
            raise QuiescentError(
                f"{path}: task.held_out={held_out:g} leaves no trial of {steps * dt:g} s for {PARTS[part]}. "
                "Choose another fraction or shorter trials (task.steps), or hold nothing out: task.held_out=0."
            )
    bounds = FULL_TURN if track.circle else _box(path, track.points, arena)
    if track.circle and arena is not None:
        raise QuiescentError(f"task.arena={arena}: a circular coordinate has no walls; leave it out.")
    origin = (0.0,) if track.circle else origin_of(bounds)
    near = tuple((low - zero, high - zero) for (low, high), zero in zip(bounds, origin, strict=True))
    positions = (np.concatenate(kept) - np.array(origin)).astype(np.float32)
    return Recording(positions, starts, lengths, float(used), near, origin, track.circle)


def stretches(track: Track, max_gap: float) -> list[slice]:
    """Divide the samples of a track at gaps and at its breaks."""
    edges = np.union1d(np.flatnonzero(np.diff(track.times) > max_gap) + 1, track.breaks).astype(int)
    return [slice(first, last) for first, last in zip([0, *edges], [*edges, len(track.times)], strict=True)]


def origin_of(bounds: Bounds) -> tuple[float, ...]:
    """Choose a round place near a box that lies far from 0, so that float32 tells positions apart to 1e-6 m.

    Examples
    --------
    >>> origin_of(((0.0, 1.2),)), origin_of(((4e6, 4e6 + 1.2),))
    ((0.0,), (4000000.0,))
    """
    size = max(1.0, *(high - low for low, high in bounds))
    if max(abs(wall) for side in bounds for wall in side) <= NEAR * size:
        return (0.0,) * len(bounds)
    grid = 2 * max(10.0, 10.0 ** math.ceil(math.log10(size)))  # m; boxes that touch or surround 0 would be moved to 0
    return tuple(grid * round((low + high) / 2 / grid) for low, high in bounds)


def _guess(track: Track, max_gap: float, trial: float) -> str:
    steps = np.diff(track.times)
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    if np.ptp(track.times) < trial:
        return f" All of it lasts {np.ptp(track.times):.3g} s: are its times in another unit (task.time_unit)?"
    if step <= max_gap:
        return ""
    return f" Its samples are {step:g} apart: frames or milliseconds (task.fps, task.time_unit)?"


def _box(path: object, positions: np.ndarray, arena: Bounds | None) -> Bounds:
    if arena is None:
        if (np.ptp(positions, axis=0) == 0).any():
            raise QuiescentError(
                f"{path}: a coordinate never changes, so the box cannot be read from it. Set task.arena."
            )
        return tuple((float(low), float(high)) for low, high in zip(positions.min(0), positions.max(0), strict=True))
    if len(arena) != positions.shape[1]:
        raise QuiescentError(
            f"task.arena={arena}: must have as many dimensions as {path}, which has {positions.shape[1]}."
        )
    low, high = np.array(arena).T
    outside = ((positions < low - 0.05 * (high - low)) | (positions > high + 0.05 * (high - low))).any(1).mean()
    if outside > 0.01:
        raise QuiescentError(f"task.arena={arena}: {outside:.0%} of the positions in {path} lie outside it.")
    return arena


def _resample(times: np.ndarray, points: np.ndarray, dt: float, circle: bool) -> np.ndarray:
    # A hair of tolerance, so that a recording at the very interval `dt` keeps its last sample.
    even = times[0] + dt * np.arange(int((times[-1] - times[0]) / dt + 1e-6) + 1)
    if circle:
        points = np.unwrap(points, axis=0)
    resampled = np.stack([np.interp(even, times, column) for column in points.T], axis=1)
    return (resampled + np.pi) % (2 * np.pi) - np.pi if circle else resampled
