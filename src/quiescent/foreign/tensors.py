"""Tensors of an archive, as arrays."""

import math

import numpy as np

from quiescent.errors import printable
from quiescent.foreign.archive import Archive
from quiescent.foreign.stand_ins import StoredTensor


def read_tensor(archive: Archive, tensor: object, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Read a tensor (float32), which must have a shape and lie within its numbers; `name` is for errors."""
    if type(tensor) is not StoredTensor or tensor.shape != shape:
        kind = f"has the shape {printable(tensor.shape)}" if type(tensor) is StoredTensor else "is no tensor"
        raise archive.error(f"{name} {kind}, not {shape}")
    (key, size), offset, _, strides = tensor
    if len(strides) != len(shape) or math.prod(shape) > size:
        raise archive.error(f"{name} is damaged (it has fewer numbers than its shape, or is stored in an unknown way)")
    strides = tuple(stride if length > 1 else 0 for stride, length in zip(strides, shape, strict=True))
    last = offset + sum(stride * (length - 1) for stride, length in zip(strides, shape, strict=True))
    if last >= size:
        raise archive.error(f"{name} is damaged (it lies beyond its numbers)")
    numbers = archive.numbers(key, size)[offset:]
    view = np.lib.stride_tricks.as_strided(numbers, shape, [stride * numbers.itemsize for stride in strides])
    return view.copy()
