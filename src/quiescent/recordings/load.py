"""Load a recording once, for all that ask for it, and hand it to the processes that work for this one."""

import contextlib
import functools
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quiescent.errors import QuiescentError
from quiescent.recordings.cut import Cut, Recording, cut
from quiescent.recordings.parts import PARTS, Starts
from quiescent.recordings.settings import RecordingSettings
from quiescent.recordings.summary import Facts, facts_of
from quiescent.recordings.track import read_track
from quiescent.spaces import tuples

RECEIVE = "quiescent.recordings.load:receive"  # what a worker calls
MOST = 64  # recordings that a process keeps, the latest ones


class _Asked(NamedTuple):
    """A file, in the state in which it was read, and how it is read."""

    path: str
    changed: int
    settings: RecordingSettings
    how: Cut


_KNOWN: dict[_Asked, Recording] = {}  # read in this process, or handed to it


class _Read(NamedTuple):
    recording: Recording
    facts: Facts


def load(path: Path, settings: RecordingSettings, how: Cut) -> Recording:
    """Read, clean and cut a recording; the same file, unchanged, is read once.

    Raises `QuiescentError`, which names the file or the setting that is wrong or missing.
    """
    when = changed(path)
    asked = _Asked(os.path.abspath(path), when, settings, how)
    if asked not in _KNOWN:
        _KNOWN[asked] = _read(path, when, settings, how).recording
        if len(_KNOWN) > MOST:
            del _KNOWN[next(iter(_KNOWN))]
    return _KNOWN[asked]


def facts(path: Path, settings: RecordingSettings, how: Cut) -> Facts:
    """Tell what was read of a recording."""
    return _read(path, changed(path), settings, how).facts


def changed(path: Path) -> int:
    """Tell when a recording's file was changed (ns). Raises `QuiescentError` if there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise QuiescentError(f"task.path={path}: cannot be read ({error.strerror}).") from None


@functools.lru_cache(maxsize=8)
def _read(path: Path, changed: int, settings: RecordingSettings, how: Cut) -> _Read:
    track = read_track(path, settings, how.max_gap)
    recording = cut(track, how, path)
    return _Read(recording, facts_of(track, recording, how, path))


@contextmanager
def handed_over() -> Iterator[list[str]]:
    """Write all recordings that this process knows to a temporary folder; yields what to prepare a `Worker` with.

    A worker that receives them reads no file anew, and its children have them in the memory that they share with it.
    Where nothing can be written, workers read for themselves.
    """
    with contextlib.ExitStack() as stack:
        preparations = []
        if _KNOWN:
            with contextlib.suppress(OSError):
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                _write_known(Path(folder))
                preparations = [f"{RECEIVE} {folder}"]
        yield preparations


def _write_known(folder: Path) -> None:
    for number, (asked, recording) in enumerate(_KNOWN.items()):
        told: dict[str, Any] = recording._asdict()
        arrays = {"positions": told.pop("positions"), **told.pop("starts")}
        told["asked"] = (asked.path, asked.changed, asked.settings.model_dump(mode="json"), asked.how)
        np.savez(folder / f"recording_{number}.npz", allow_pickle=False, told=json.dumps(told), **arrays)


def receive(folder: str) -> None:
    """Take the recordings that another process has written to a folder."""
    for path in Path(folder).glob("recording_*.npz"):
        with np.load(path, allow_pickle=False) as file:
            told = tuples(json.loads(str(file["told"])))
            path_there, when, settings, how = told.pop("asked")
            asked = _Asked(path_there, when, RecordingSettings(**settings), Cut(*how))
            starts: Starts = {part: file[part] for part in PARTS}
            _KNOWN[asked] = Recording(positions=file["positions"], starts=starts, **told)
