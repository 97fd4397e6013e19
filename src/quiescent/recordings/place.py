"""Where a recording lies, and whether it is still the one that networks were trained on: it is known by its content."""

import functools
import hashlib
from pathlib import Path

from quiescent.errors import QuiescentError
from quiescent.recordings.load import changed


def checksum(path: Path) -> str:
    """Compute the checksum of a file, once while it does not change. Raises `QuiescentError` if it cannot be read."""
    return _checksum(path, changed(path))


@functools.lru_cache(maxsize=8)
def _checksum(path: Path, when: int) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError as error:
        raise QuiescentError(f"task.path={path}: cannot be read ({error.strerror}).") from None


def find(path: str, absolute: str, expected: str) -> Path:
    """Find the file with an expected checksum: where it was named from this folder, or else where it lay then.

    Raises `QuiescentError` if it is not there any more, or another file is there now.
    """
    candidates = list(dict.fromkeys((Path(path), Path(absolute))))
    present = [candidate for candidate in candidates if candidate.exists()]
    for candidate in present:
        if checksum(candidate) == expected:
            return candidate
    if present:
        raise QuiescentError(
            f"task.path={present[0]}: has changed since networks were trained on it: its checksum is "
            f"{checksum(present[0])}, that of their recording {expected}. Bring that file back, or train others."
        )
    raise QuiescentError(
        f"task.path={path}: is not there{f', nor is {absolute}' if absolute != path else ''}. Networks were trained on "
        f"the recording with checksum {expected}. If it was moved: quiescent runs FOLDER --relocate FILE"
    )
