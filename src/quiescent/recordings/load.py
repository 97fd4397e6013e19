"""Load a recording once, for all that ask for it."""

import functools
from pathlib import Path
from typing import NamedTuple

from quiescent.errors import QuiescentError
from quiescent.recordings.cut import Cut, Recording, cut
from quiescent.recordings.settings import RecordingSettings
from quiescent.recordings.summary import Facts, facts_of
from quiescent.recordings.track import read_track


class Loaded(NamedTuple):
    """A recording, and what was read of it."""

    recording: Recording
    facts: Facts


def load(path: Path, settings: RecordingSettings, how: Cut) -> Loaded:
    """Read, clean and cut a recording; the same file, unchanged, is read once in a process.

    Raises `QuiescentError`, which names the file or the setting that is wrong or missing.
    """
    return _load(path, changed(path), settings, how)


def changed(path: Path) -> int:
    """Tell when a recording's file was changed (ns). Raises `QuiescentError` if there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise QuiescentError(f"task.path={path}: cannot be read ({error.strerror}).") from None


@functools.lru_cache(maxsize=8)
def _load(path: Path, changed: int, settings: RecordingSettings, how: Cut) -> Loaded:
    track = read_track(path, settings, how.max_gap)
    recording = cut(track, how, path)
    return Loaded(recording, facts_of(track, recording, how, path))
