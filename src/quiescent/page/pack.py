"""Arrays as text, for pages that hold their own data."""

import base64
from typing import Literal, TypedDict

import numpy as np


class Packed(TypedDict):
    """An array as text: base64 of its little-endian numbers in C order."""

    type: str
    shape: list[int]
    data: str


def pack(array: np.ndarray, kind: Literal["float16", "float32", "uint8"] = "float32") -> Packed:
    """Pack an array in the given type."""
    little = np.ascontiguousarray(array, np.dtype(kind).newbyteorder("<"))
    return {"type": kind, "shape": list(array.shape), "data": base64.b64encode(little.tobytes()).decode()}
