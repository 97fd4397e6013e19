"""Checkpoint files: named arrays with a checksum of their contents. Imports no PyTorch, which takes a second."""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from quiescent.machine.files import ABSENT, ask_nobody, explaining, read_file, writing
from quiescent.runs.specification import require_whole

Array = np.ndarray


class DamagedCheckpoint(UserWarning):
    """A checkpoint that cannot be trusted; the one before it is used."""


def write(path: Path, arrays: Mapping[str, Array], ask: Callable[[], None] = ask_nobody) -> None:
    """Write arrays and their checksum to a file, which is complete or absent; `ask` may forbid it at the last."""
    contiguous = {name: np.require(array, requirements="C") for name, array in arrays.items()}
    with writing(path, ask) as temporary:
        temporary.write_bytes(safetensors.numpy.save(contiguous, {"blake2b": _checksum(contiguous)}))


def read(path: Path) -> dict[str, Array]:
    """Read the arrays of a file.

    Raises `ValueError`, which says why, if they are not those that were written, and `QuiescentError` if the file
    cannot be read, which is no damage.
    """
    contents = read_file(path)
    if contents is None:
        raise ValueError("there is no such file")
    try:
        arrays = {name: array.copy() for name, array in safetensors.numpy.load(contents).items()}
        header = json.loads(contents[8 : 8 + int.from_bytes(contents[:8], "little")])
    except (SafetensorError, ValueError, LookupError) as error:
        raise ValueError(str(error)) from None
    expected = header.get("__metadata__", {}).get("blake2b")
    if expected is not None and expected != _checksum(arrays):  # the first checkpoints of version 0.1 have none
        raise ValueError("its checksum does not match its contents")
    return arrays


def whole(path: Path) -> bool:
    """Tell whether a file has all its bytes, without a look at most of them: enough for a list of thousands of runs.

    Raises `QuiescentError` if it cannot be read.
    """
    with explaining(path, "read"):
        try:
            with safe_open(path, framework="np"):
                return True
        except (*ABSENT, SafetensorError):
            return False


def problem(path: Path) -> str | None:
    """Say why a checkpoint is damaged, or None if it is not. Reads a file again only after it has changed.

    Raises `QuiescentError` if it cannot be read.
    """
    with explaining(path, "read"):
        try:
            status = path.stat()
        except ABSENT:
            return "there is no such file"
    return _problem(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=10_000)
def _problem(path: Path, _modified: int, _size: int) -> str | None:
    try:
        require_whole(read(path))
    except ValueError as error:
        return str(error)
    return None


def checksum(path: Path) -> str:
    """Compute the checksum of a checkpoint's contents. Reads a file again only after it has changed."""
    status = path.stat()
    return _checksum_of(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=10_000)
def _checksum_of(path: Path, _modified: int, _size: int) -> str:
    return _checksum(read(path))


def _checksum(arrays: Mapping[str, Array]) -> str:
    checksum = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        # Types go by their names in PyTorch, which wrote the first of these files.
        checksum.update(f"{name} torch.{array.dtype.name} {array.shape}\n".encode())
        checksum.update(array.reshape(-1).data)
    return checksum.hexdigest()
