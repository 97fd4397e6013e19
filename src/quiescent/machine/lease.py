"""Leases: who works on a folder, told by a file in it that a living holder keeps fresh.

The file is `lease_N.json`. A dead holder's lease N is taken over by creating N + 1, in which only one of many can
succeed; the winner then removes N. On its own machine a holder is dead when its process is gone, elsewhere when its
file has not been renewed for a while by the clock of the file system.
"""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from quiescent.errors import QuiescentError
from quiescent.machine.files import explaining

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

    def note(self, number: int) -> None:
        """Say how far the work is; written with the next sign of life."""
        self._holder = self._holder._replace(note=number)

    def require(self) -> None:
        """Raise `Held` if somebody took the lease over, since this process seemed dead for too long."""
        if not self._path.exists():
            raise Held(
                f"{self._path.parent} was taken over by {holder(self._path.parent)}, since this process was silent."
            )

    def start(self) -> None:
        """Write who holds it, and keep it fresh from now on."""
        self._write()
        self._thread.start()

    def release(self) -> None:
        """Give it up, and remove its file."""
        self._ended.set()
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            with contextlib.suppress(OSError):
                self._write()

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
    """Hold the leases of folders. Waits while `wait()` for those that another process holds; then raises `Held`."""
    with ExitStack() as stack:
        held = []
        for folder in sorted(folders):  # in one order, so that two processes never wait for each other
            lease = _take(folder)
            while lease is None and wait():
                time.sleep(BEAT / 4)
                lease = _take(folder)
            if lease is None:
                raise Held(f"{folder} is being worked on by {holder(folder) or 'another process'}.")
            stack.callback(lease.release)
            held.append(lease)
        yield held


def holder(folder: Path) -> Holder | None:
    """Find out which living process holds the lease of a folder, if any does."""
    path = _newest(folder)
    return _living(path) if path else None


def noted(folder: Path) -> Holder | None:
    """Read what the holder of a folder last said, without a look at whether it lives."""
    path = _newest(folder)
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8"))) if path else None
    except (OSError, ValueError, TypeError):
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
    return max(folder.glob("lease_[0-9]*.json"), key=_number, default=None)


def _number(path: Path) -> int:
    return int(path.stem.removeprefix("lease_"))


def _living(path: Path) -> Holder | None:
    unknown = Holder("an unknown host", "", 0, 0)
    try:
        with path.open(encoding="utf-8") as file:  # opening it makes a network file system ask for its age
            text, modified = file.read(), os.fstat(file.fileno()).st_mtime
    except OSError:
        return None
    try:
        holder = Holder(**json.loads(text))
    except (ValueError, TypeError):
        holder = unknown  # just created, or damaged
    if holder.machine == _machine():
        return holder if _began(holder.process) == holder.began else None
    return holder if _now(path) - modified < EXPIRY else None


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
    return Holder(socket.gethostname(), _machine(), os.getpid(), _began(os.getpid()))


def _machine() -> str:
    """Name this machine so that it differs from others, and from containers that number their processes anew."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text().strip(), os.readlink("/proc/self/ns/pid")]
    return " ".join(parts)


def _began(process: int) -> int:
    """Read when a process began, in clock ticks since the machine did; 0 where that is not told, -1 if it is dead."""
    try:
        state, *fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return -1 if state in "ZX" else int(fields[18])
    except OSError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return -1
    except OSError:
        pass
    return 0
