"""Leases: who works on a folder, told by a file in it that a living holder keeps fresh.

The file is `lease_N.json`. A dead holder's lease N is taken over by creating N + 1, in which only one of many can
succeed; the winner then removes N. On its own machine a holder is dead when its process is gone, elsewhere when its
file has not been renewed for a while by the clock of the file system.
"""

import contextlib
import errno
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from quiescent.errors import QuiescentError
from quiescent.machine.files import ABSENT, explaining, list_folder
from quiescent.machine.leftovers import clear_leftovers
from quiescent.machine.process import began, machine
from quiescent.machine.records import parse_record

BEAT = 2.0  # s between signs of life
EXPIRY = 60.0  # s without one, after which a holder on another machine is taken for dead; network file systems lag
SIZE = 512  # bytes; a record is always rewritten whole and in place, so that a full disk does not matter


class Holder(NamedTuple):
    """The process that holds a lease. `note` is a number that it last said, such as the batch it is at."""

    host: str
    machine: str
    process: int
    began: int  # when the process did, which tells processes of the same number apart
    note: int = 0

    def __str__(self) -> str:
        return f"process {self.process} on {self.host}"


class Held(QuiescentError):  # noqa: N818 - whoever meets it did nothing wrong
    """Another process works in a folder."""


class Lease:
    """A held lease, kept fresh by a thread until it is released."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._holder = _myself()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._file = threading.Lock()  # so that this process never reads what it has half written

    def note(self, number: int) -> None:
        """Say how far the work is; written with the next sign of life."""
        self._holder = self._holder._replace(note=number)

    def require(self) -> None:
        """Raise `Held` if somebody took the lease over, since this process seemed dead for too long.

        To be called just before anything in the folder is changed: this process may have been suspended meanwhile.
        """
        folder = self._path.parent
        with explaining(self._path, "read"), self._file:
            if _newest(folder) == self._path and self._is_mine():
                return
        other = holder(folder) or "another process, which has ended since"
        raise Held(f"{folder} was taken over by {other}; this process was silent for too long.")

    def start(self) -> None:
        """Write who holds it, and keep it fresh from now on."""
        self._write()
        self._thread.start()

    def release(self) -> None:
        """Give it up, and remove its file."""
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(OSError):  # what stays is a lease of a process that will be dead
            if self._is_mine():
                self._path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            with contextlib.suppress(OSError), self._file:
                if self._is_mine():
                    self._write()

    def _is_mine(self) -> bool:
        """Look whether the file is still this one's: others may have taken it over, and made theirs by its name."""
        try:
            said = _parse(_read(self._path).text)
        except OSError as error:
            if isinstance(error, ABSENT) or error.errno == errno.ESTALE:  # removed from another machine
                return False
            raise
        return said is not None and said._replace(note=0) == self._holder._replace(note=0)

    def _write(self) -> None:
        record = json.dumps(self._holder._asdict()).ljust(SIZE).encode()
        descriptor = os.open(self._path, os.O_WRONLY)  # not created: one that was taken over must stay so
        try:
            os.pwrite(descriptor, record, 0)
            os.utime(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def leases(folders: Sequence[Path], *, wait: Callable[[], bool] = lambda: False) -> Iterator[list[Lease]]:
    """Hold the leases of folders, and list them in the same order.

    Waits while `wait()` for those that another process holds; then raises `Held`.
    """
    with ExitStack() as stack:
        held = {}
        for folder in sorted(folders):  # in one order, so that two processes never wait for each other
            lease = _take(folder)
            while lease is None and wait():
                time.sleep(BEAT / 4)
                lease = _take(folder)
            if lease is None:
                raise Held(f"{folder} is being worked on by {holder(folder) or 'another process'}.")
            stack.callback(lease.release)
            held[folder] = lease
            for place in [folder, *(path for path in list_folder(folder) if os.path.isdir(path))]:
                clear_leftovers(place)
        yield [held[folder] for folder in folders]


def holder(folder: Path) -> Holder | None:
    """Find out which living process holds the lease of a folder, if any does."""
    path = _newest(folder)
    return _living(path) if path else None


def noted(folder: Path) -> Holder | None:
    """Read what the holder of a folder last said, without a look at whether it lives."""
    try:
        path = _newest(folder)
        return _parse(_read(path).text) if path else None
    except (OSError, QuiescentError):
        return None


def _take(folder: Path) -> Lease | None:
    before = _newest(folder)
    if before and _living(before):
        return None
    mine = folder / f"lease_{_number(before) + 1 if before else 1}.json"
    with explaining(mine):
        try:
            mine.touch(exist_ok=False)
        except FileExistsError:
            return None
        if before and not before.exists():  # another process took over, worked, and released since we looked
            mine.unlink(missing_ok=True)
            return None
        try:
            lease = Lease(mine)
            lease.start()
        except BaseException:
            mine.unlink(missing_ok=True)
            raise
        if before:
            before.unlink(missing_ok=True)
    return lease


def _newest(folder: Path) -> Path | None:
    return max((path for path in list_folder(folder) if _NAME.fullmatch(path.name)), key=_number, default=None)


_NAME = re.compile(r"lease_\d{1,200}\.json", re.ASCII)


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("lease_"))


class _Read(NamedTuple):
    """Text of the file of a lease, and when it was last renewed (s)."""

    text: bytes
    modified: float


def _read(path: Path) -> _Read:
    with path.open("rb") as file:  # opening it makes a network file system ask for its age
        return _Read(file.read(8 * SIZE), os.fstat(file.fileno()).st_mtime)


def _parse(text: bytes) -> Holder | None:
    """Read who holds a lease; None if its file says nothing, having just been made, or is damaged."""
    try:
        return parse_record(text, Holder)
    except ValueError:
        return None


def _living(path: Path) -> Holder | None:
    with explaining(path, "read"):
        try:
            text, modified = _read(path)
        except ABSENT:
            return None
    holder = _parse(text) or Holder("an unknown host", "", 0, 0)
    if holder.machine == machine():
        return holder if began(holder.process) == holder.began else None
    # Either way, since a clock may have been set back. A living holder renews it by the clock of now.
    return holder if abs(_now(path) - modified) < EXPIRY else None


def _now(beside: Path) -> float:
    """Read the time by the clock that stamps files in a folder."""
    probe = beside.with_name(f".now.{os.getpid()}.{threading.get_ident()}")
    try:
        probe.touch()
        return probe.stat().st_mtime
    except OSError:
        return time.time()
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()


def _myself() -> Holder:
    return Holder(socket.gethostname(), machine(), os.getpid(), began(os.getpid()))
