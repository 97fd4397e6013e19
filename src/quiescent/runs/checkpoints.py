"""Checkpoint files: named arrays with a checksum of their contents. Imports no PyTorch, which takes a second."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from quiescent.machine.files import writing

Array = np.ndarray


class DamagedCheckpoint(UserWarning):
    """A checkpoint that cannot be trusted; the one before it is used."""


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays and their checksum to a file, which is complete or absent."""
    contiguous = {name: np.require(array, requirements="C") for name, array in arrays.items()}
    with writing(path) as temporary:
        temporary.write_bytes(safetensors.numpy.save(contiguous, {"blake2b": _checksum(contiguous)}))


def read(path: Path) -> dict[str, Array]:
    """Read the arrays of a file. Raises `ValueError`, which says why, if they are not those that were written."""
    try:
        with safe_open(path, framework="np") as file:
            expected = (file.metadata() or {}).get("blake2b")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ValueError(str(error)) from None
    if expected is not None and expected != _checksum(arrays):  # the first checkpoints of version 0.1 have none
        raise ValueError("its checksum does not match its contents")
    return arrays


def whole(path: Path) -> bool:
    """Tell whether a file has all its bytes, without a look at most of them: enough for a list of thousands of runs."""
    try:
        with safe_open(path, framework="np"):
            return True
    except (OSError, SafetensorError):
        return False


def problem(path: Path) -> str | None:
    """Say why a checkpoint cannot be trusted, or None if it can. Reads a file again only after it has changed."""
    try:
        status = path.stat()
    except OSError as error:
        return str(error)
    return _problem(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=10_000)
def _problem(path: Path, _modified: int, _size: int) -> str | None:
    try:
        read(path)
    except ValueError as error:
        return str(error)
    return None


def _checksum(arrays: Mapping[str, Array]) -> str:
    checksum = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        # Types go by their names in PyTorch, which wrote the first of these files.
        checksum.update(f"{name} torch.{array.dtype.name} {array.shape}\n".encode())
        checksum.update(array.reshape(-1).data)
    return checksum.hexdigest()
