"""Files that are complete or absent: written under a temporary name, then renamed."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quiescent.errors import QuiescentError


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn a failure to write inside the context into a `QuiescentError` of one line that names the file."""
    try:
        yield
    except OSError as error:
        cause = "no space left on the device" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise QuiescentError(f"cannot write {path}: {cause}") from None


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Lend a temporary path, whose file takes the place of `path` once it is complete on disk.

    After an error the file is removed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with explaining(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
