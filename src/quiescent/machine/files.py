"""Files that are complete or absent, and failures to read or write that name the file and the cause."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from quiescent.errors import QuiescentError

ABSENT = (FileNotFoundError, NotADirectoryError)


@contextmanager
def explaining(path: Path, doing: Literal["read", "write"] = "write") -> Iterator[None]:
    """Turn a failure to read or write inside the context into a `QuiescentError` of one line that names the file."""
    try:
        yield
    except OSError as error:
        cause = "no space left on the device" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise QuiescentError(f"cannot {doing} {path}: {cause}") from None


def read_file(path: Path) -> bytes | None:
    """Read a file; None if there is none. Raises `QuiescentError` if there is one that cannot be read."""
    with explaining(path, "read"):
        try:
            return path.read_bytes()
        except ABSENT:
            return None


def list_folder(path: Path) -> list[Path]:
    """List what a folder holds; nothing if there is none. Raises `QuiescentError` if it cannot be read."""
    with explaining(path, "read"):
        try:
            return sorted(path.iterdir())
        except ABSENT:
            return []


def ask_nobody() -> None:
    """Agree to a write, wherever nobody else may write."""


@contextmanager
def writing(path: Path, ask: Callable[[], None] = ask_nobody) -> Iterator[Path]:
    """Lend a temporary path, whose file takes the place of `path` once it is complete on disk.

    `ask` is called just before it does, and raises if it must not. After an error the file is removed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with explaining(path):
        make_folder(path.parent)
        try:
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            ask()
            temporary.replace(path)
            keep_names(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def append(path: Path, line: bytes) -> None:
    """Add a line to a file, so that it outlasts a power cut."""
    with explaining(path):
        new = not path.exists()
        with path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if new:
            keep_names(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those that it lies in, so that they outlast a power cut."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Let the names of files in a folder, after one was made, renamed or removed, outlast a power cut."""
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems know no such thing
            raise
    finally:
        os.close(descriptor)
