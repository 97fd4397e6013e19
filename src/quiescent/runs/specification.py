"""Specify what a checkpoint holds: the one specification that every reader checks one against. Imports no PyTorch.

| array | of one member |
|---|---|
| `weights/NAME` | a matrix of weights, or a bias |
| `exp_avg/NAME`, `exp_avg_sq/NAME` | the optimizer's running means of its gradient, and of the gradient's square |
| `streams` | where the random streams are, as bytes |
| `cells` | the centres of the cells that code the variable, where these are random |

That of an imported network holds its weights and cells only: there is no state of training to go on from.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from quiescent.runs.generators import require_states

Array = np.ndarray
Shape = tuple[int, ...]

WEIGHTS, MOMENTS, SQUARES = "weights", ("exp_avg", "exp_avg_sq"), "exp_avg_sq"
STREAMS, CELLS = "streams", "cells"
ENCODER, INPUT = f"{WEIGHTS}/encoder", f"{WEIGHTS}/input"  # whose shapes are those sizes that all networks have
FLOATS = ("float32", "float64")


class Sizes(NamedTuple):
    """The sizes of one network, from which the shapes of all arrays in its checkpoint follow."""

    units: int
    cells: int
    inputs: int
    rows: int  # of the weights to the units: gates times units
    dims: int | None  # of the space, where the centres of cells are stored
    bias: bool
    dtype: str  # of all arrays but the streams
    encoder_bias: bool = False
    resumable: bool = True  # there are the moments and the streams that training goes on from


def shapes_of(sizes: Sizes) -> dict[str, Shape]:
    """List the shapes of all arrays in a checkpoint, but of the streams, which depend on the device."""
    weights: dict[str, Shape] = {
        "encoder": (sizes.units, sizes.cells),
        "input": (sizes.rows, sizes.inputs),
        "recurrent": (sizes.rows, sizes.units),
        "output": (sizes.cells, sizes.units),
    }
    if sizes.bias:
        weights |= {"recurrent_bias": (sizes.rows,), "output_bias": (sizes.cells,)}
    if sizes.encoder_bias:
        weights |= {"encoder_bias": (sizes.units,)}
    parts = (WEIGHTS, *MOMENTS) if sizes.resumable else (WEIGHTS,)
    shapes = {f"{part}/{name}": shape for part in parts for name, shape in weights.items()}
    return shapes if sizes.dims is None else shapes | {CELLS: (sizes.cells, sizes.dims)}


def require_sizes(arrays: Mapping[str, Array], sizes: Sizes) -> None:
    """Require the arrays of a network of some sizes. Raises `ValueError`, which names the first that is not one."""
    shapes = shapes_of(sizes)
    names = {*shapes, STREAMS} if sizes.resumable else {*shapes}
    for name in [*sorted(names - arrays.keys()), *sorted(arrays.keys() - names)]:
        raise ValueError(f"{name} is missing" if name in names else f"{name} is not of it")
    for name, shape in shapes.items():
        array = arrays[name]
        if array.shape != shape:
            raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
        if array.dtype.name != sizes.dtype:
            raise ValueError(f"{name} has the type {array.dtype.name}, not {sizes.dtype}")


def require_whole(arrays: Mapping[str, Array]) -> None:
    """Require arrays that fit together and hold only numbers that training can have left.

    Raises `ValueError`, which names the first that does not.
    """
    sizes = _sizes_in(arrays)
    try:
        require_sizes(arrays, sizes)
    except ValueError as error:
        shapes = " and ".join(f"{name} {arrays[name].shape}" for name in (ENCODER, INPUT))
        raise ValueError(f"{error}, beside {shapes}") from None
    if sizes.resumable:
        _require_streams(arrays[STREAMS])
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds infinite numbers or NaN")
        if name.startswith(f"{SQUARES}/") and array.min() < 0:
            raise ValueError(f"{name} holds negative numbers")


def _require_streams(streams: Array) -> None:
    if streams.dtype != np.uint8 or streams.ndim != 2 or len(streams) < 2 or not streams.size:
        raise ValueError(f"{STREAMS} must be bytes of two streams and more, not {streams.dtype.name} {streams.shape}")
    require_states(streams)


def _sizes_in(arrays: Mapping[str, Array]) -> Sizes:
    """Read the sizes of a network off those arrays that have them all."""
    (units, cells), (rows, inputs) = (_matrix(arrays, name) for name in (ENCODER, INPUT))
    dtype = arrays[ENCODER].dtype.name
    if dtype not in FLOATS:
        raise ValueError(f"{ENCODER} has the type {dtype}, not {' or '.join(FLOATS)}")
    if rows % units:
        raise ValueError(f"{INPUT} has {rows} rows, which is no multiple of the {units} units of {ENCODER}")
    dims = _matrix(arrays, CELLS)[1] if CELLS in arrays else None
    encoder_bias = f"{ENCODER}_bias" in arrays
    bias = any(name.endswith("_bias") and not name.endswith("encoder_bias") for name in arrays)
    resumable = any(name.partition("/")[0] in (STREAMS, *MOMENTS) for name in arrays)
    return Sizes(units, cells, inputs, rows, dims, bias, dtype, encoder_bias, resumable)


def _matrix(arrays: Mapping[str, Array], name: str) -> tuple[int, int]:
    if name not in arrays:
        raise ValueError(f"{name} is missing")
    shape = arrays[name].shape
    if len(shape) != 2 or 0 in shape:
        raise ValueError(f"{name} has the shape {shape}, but must be a matrix")
    return shape[0], shape[1]
