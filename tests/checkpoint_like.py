"""Arrays as a checkpoint holds them, from the specification: of a network of any sizes, with any numbers."""

import numpy as np

from quiescent.runs.specification import SQUARES, STREAMS, Sizes, shapes_of

SMALL = Sizes(units=3, cells=4, inputs=2, rows=3, dims=2, bias=True, dtype="float32")


def arrays_of(sizes=SMALL, *, streams=(2, 8)):
    """Make the arrays of a checkpoint; a float is a whole number, so that it is exact in any type."""
    arrays = {
        name: np.arange(1, np.prod(shape) + 1, dtype=sizes.dtype).reshape(shape)
        for name, shape in shapes_of(sizes).items()
    }
    signed = {name: array if name.startswith(SQUARES) else -array for name, array in arrays.items()}
    return signed | {STREAMS: np.ones(streams, np.uint8)}
