"""Checkpoint files: named tensors with a checksum of their contents."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from quiescent.machine.files import writing


class DamagedCheckpoint(UserWarning):
    """A checkpoint that cannot be trusted; the one before it is used."""


def write(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors and their checksum; the file is complete or absent."""
    contiguous = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    with writing(path) as temporary:
        temporary.write_bytes(safetensors.torch.save(contiguous, {"blake2b": _checksum(contiguous)}))


def read(path: Path) -> dict[str, Tensor]:
    """Read tensors. Raises `ValueError`, which says why, if they are not those that were written."""
    try:
        with safe_open(path, framework="pt") as file:
            expected = (file.metadata() or {}).get("blake2b")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ValueError(str(error)) from None
    if expected is not None and expected != _checksum(tensors):  # version 0.1 wrote none
        raise ValueError("its checksum does not match its contents")
    return tensors


def problem(path: Path) -> str | None:
    """What is wrong with a checkpoint, or None. The answer is kept for as long as the file is the same."""
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


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        found.update(tensor.flatten().numpy().data)
    return found.hexdigest()
