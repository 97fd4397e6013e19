"""A track: where one animal was, when, in metres or radians, without samples that are no places of it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from quiescent.errors import QuiescentError
from quiescent.recordings import clean
from quiescent.recordings.columns import Chosen, choose
from quiescent.recordings.coordinates import coordinates
from quiescent.recordings.narrow import narrow
from quiescent.recordings.read import read_tables
from quiescent.recordings.settings import RecordingSettings
from quiescent.recordings.table import Table, numbers
from quiescent.recordings.times import require_increasing, seconds

UNSURE = 0.9  # likelihood below which a sample is worth a word


class Track(NamedTuple):
    """Samples of one animal in order of time, and what became of the others. Float64: metres may be far from 0."""

    times: Float[np.ndarray, " sample"]  # s
    points: Float[np.ndarray, "sample dim"]  # m, or rad on a circle
    breaks: Int[np.ndarray, " stretch"]  # samples before which a new stretch begins, besides gaps
    circle: bool
    scale: float  # m per radian of a circle that is a track; else 1
    samples: int  # in the file
    dropped: dict[str, int]  # by reason
    said: tuple[str, ...]  # how the file was read
    warned: tuple[str, ...]

    def distances(self) -> Float[np.ndarray, " step"]:
        """Compute the length of every step (m, or rad of headings)."""
        return distance(self.points[1:], self.points[:-1], self.circle, self.scale)


def distance(
    a: Float[np.ndarray, "point dim"], b: Float[np.ndarray, "point dim"], circle: bool, scale: float
) -> Float[np.ndarray, " point"]:
    """Compute how far points are from each other, on a circle the short way round."""
    difference = a - b
    if circle:
        difference = scale * ((difference + np.pi) % (2 * np.pi) - np.pi)
    if difference.shape[1] == 1:
        return np.asarray(np.abs(difference[:, 0]))
    return np.asarray(np.sqrt(np.square(difference).sum(1)))


def read_track(path: Path, settings: RecordingSettings, max_gap: float) -> Track:
    """Read the track of one animal from a file. `max_gap`: a longer time (s) without samples ends a stretch.

    Raises `QuiescentError`, which names the file or the setting that is wrong or missing.
    """
    table = narrow(read_tables(path), settings.where, path)
    fps = settings.fps is not None
    chosen = choose(table, settings.columns, path, fps=fps, period=settings.period is not None)
    placed = coordinates(table, chosen, settings, path)
    times, unit = seconds(table, chosen.time, settings, path)
    known = np.isfinite(times) & np.isfinite(placed.points).all(1)
    dropped = {
        "empty": int((~known & np.isfinite(times)).sum()),
        "without a time": int((np.isfinite(placed.points).all(1) & ~np.isfinite(times)).sum()),
    }
    unsure, warned = _unsure(table, chosen, settings, path)
    dropped[f"of a likelihood below {settings.likelihood or 0:g}"] = int((known & unsure).sum())
    known &= ~unsure
    rows = np.flatnonzero(known)
    if len(rows) < 2:
        raise QuiescentError(f"{path}: holds fewer than two complete samples.")
    times, points, raw = (values if known.all() else values[known] for values in (times, placed.points, placed.raw))
    sessions = require_increasing(times, table, rows, settings, path)
    said = (f"time: {_quoted(chosen.time)} ({unit})", placed.said, *chosen.said, *table.notes)
    track = Track(
        times, points, sessions, placed.circle, placed.scale, table.length, dropped, said, (*warned, *placed.warned)
    )
    return _without_leaps(track, raw, settings, max_gap)


def _unsure(
    table: Table, chosen: Chosen, settings: RecordingSettings, path: Path
) -> tuple[Bool[np.ndarray, " sample"], tuple[str, ...]]:
    """Find samples of too low a likelihood, or tell that there are some which might be."""
    if chosen.likelihood is None:
        if settings.likelihood is not None:
            raise QuiescentError(
                f"task.likelihood={settings.likelihood:g}: no column of {path} is known as a likelihood. "
                "Set task.columns.likelihood."
            )
        return np.zeros(table.length, bool), ()
    values = numbers(table, chosen.likelihood, path)
    if settings.likelihood is not None:
        return ~(values >= settings.likelihood), ()
    below = int((values < UNSURE).sum())
    words = f"{below} samples have a '{chosen.likelihood}' below {UNSURE:g}; task.likelihood={UNSURE:g} leaves them out"
    return np.zeros(table.length, bool), (words,) if below else ()


def _without_leaps(
    track: Track, raw: Float[np.ndarray, "sample dim"], settings: RecordingSettings, max_gap: float
) -> Track:
    """Drop lost frames, and brief parts to which no animal could have come."""
    values = clean.speeds(track.distances(), track.times, max_gap)
    if track.circle and track.scale == 1 and settings.max_speed is None:
        return _counted(track)  # heads turn at any speed, and 0 is a heading
    fastest = clean.limit(values, settings.max_speed)
    leaps = values > fastest
    if not leaps.any():
        return _counted(track)
    lost = clean.lost_frames(raw, leaps)
    track = _only(track, ~lost)._replace(dropped=track.dropped | {"lost frames, written as 0 or -1": int(lost.sum())})
    kept, breaks = _reachable(track, fastest, max_gap)
    unit = "rad/s" if track.circle and track.scale == 1 else "m/s"
    fast = {f"faster than {fastest:.3g} {unit} (task.max_speed)": int((~kept).sum())}
    return _counted(_only(track._replace(breaks=breaks), kept)._replace(dropped=track.dropped | fast))


def _reachable(
    track: Track, fastest: float, max_gap: float
) -> tuple[Bool[np.ndarray, " sample"], Int[np.ndarray, " stretch"]]:
    leaps = np.flatnonzero(clean.speeds(track.distances(), track.times, max_gap) > fastest) + 1
    gaps = np.union1d(np.flatnonzero(np.diff(track.times) > max_gap) + 1, track.breaks)
    kept, breaks = np.ones(len(track.times), bool), [track.breaks]
    ends = np.concatenate([[0], gaps, [len(kept)]]).astype(int)
    for start in np.unique(np.searchsorted(ends, leaps, side="right") - 1):
        first, last = ends[start], ends[start + 1]
        edges = np.concatenate([[first], leaps[(leaps > first) & (leaps < last)], [last]])
        parts = clean.reached(
            track.points, track.times, edges, fastest, lambda a, b: distance(a, b, track.circle, track.scale)
        )
        chosen = np.isin(np.arange(len(edges) - 1), parts.kept)
        kept[first:last] = np.repeat(chosen, np.diff(edges))
        breaks.append(parts.parted)
    return kept, np.unique(np.concatenate(breaks))


def _only(track: Track, kept: Bool[np.ndarray, " sample"]) -> Track:
    if kept.all():
        return track
    before = np.concatenate([[0], np.cumsum(kept)])
    breaks = np.unique(before[track.breaks])
    return track._replace(
        times=track.times[kept], points=track.points[kept], breaks=breaks[(breaks > 0) & (breaks < kept.sum())]
    )


def _counted(track: Track) -> Track:
    return track._replace(dropped={reason: number for reason, number in track.dropped.items() if number})


def _quoted(name: str | None) -> str:
    return f"'{name}'" if name is not None else "none"
