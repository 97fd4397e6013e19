"""Labelled activity: arrays of one phase with dimensions, units and coordinates, from which all files are made."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from quiescent.spaces import Space, to_text

WAKE, REST = "wake", "rest"  # the phases, as physiologists say it


def labelled(
    decoded: Float[np.ndarray, "time trial dim"],
    space: Space,
    dt: float,
    *,
    truth: Float[np.ndarray, "time trial dim"] | None = None,
    states: Float[np.ndarray, "kept trial unit"] | None = None,
    kept: Int[np.ndarray, " kept"] | None = None,
    valid: Bool[np.ndarray, "time trial"] | None = None,
    shape_distance: Float[np.ndarray, "time trial"] | None = None,
    amplitude: Float[np.ndarray, "time trial"] | None = None,
    noise_std: float = 0.0,
) -> xr.Dataset:
    """Label what was seen of one network in one phase; what is None is left out.

    Times are seconds since a trial's start, which lies one step before its first sample. If hidden states were `kept`
    of some steps only, counted from 0, they have a dimension `kept` of such times in place of `time`.
    """
    if states is None or (kept is not None and np.array_equal(kept, np.arange(len(decoded)))):
        kept = None
    path, code = ("time", "trial", "axis"), ("time", "trial")
    of_states = "time" if kept is None else "kept"
    variables = {
        "decoded": _variable(path, decoded, space.unit, f"decoded {space.variable}", space),
        "truth": _variable(path, truth, space.unit, f"true {space.variable}", space),
        "states": _variable((of_states, "trial", "unit"), states, "a.u.", "hidden state"),
        "valid": _variable(code, valid, "1", "whether the code is that of some place or heading"),
        "shape_distance": _variable(code, shape_distance, "1", "distance of the code's shape from the nearest one"),
        "amplitude": _variable(code, amplitude, "1", "amplitude of the code"),
    }
    about = {
        "phase": REST if truth is None else WAKE,
        "variable": space.variable,
        "space": to_text(space),
        "dt": dt,
        "noise_std": noise_std,
    }
    given = {name: value for name, value in variables.items() if value is not None}
    return xr.Dataset(given, _coordinates(given, space, dt, kept), about)


def _coordinates(
    variables: Mapping[str, xr.Variable], space: Space, dt: float, kept: Int[np.ndarray, " kept"] | None
) -> dict[str, object]:
    sizes = {dim: size for variable in variables.values() for dim, size in variable.sizes.items()}
    steps = {"time": np.arange(sizes["time"])} | ({} if kept is None else {"kept": kept})
    seconds = {"units": "s", "long_name": "time since the trial's start"}
    return {
        **{dim: (dim, dt * (numbers + 1), seconds) for dim, numbers in steps.items()},
        **{dim: np.arange(sizes[dim]) for dim in ("trial", "unit") if dim in sizes},
        "axis": list(space.axes),
    }


def _variable(
    dims: tuple[str, ...], values: np.ndarray | None, units: str, name: str, space: Space | None = None
) -> xr.Variable | None:
    if values is None:
        return None
    if space is not None and space.periodic:
        values = _between(values, space)
    return xr.Variable(dims, values, {"units": units, "long_name": name})


def _between(points: np.ndarray, space: Space) -> np.ndarray:
    """Bring values of a periodic space between its bounds; those that lie there stay as they are, bit for bit."""
    low, high = np.array(space.bounds).T
    outside = (points < low.astype(points.dtype)) | (points > high.astype(points.dtype))
    return np.where(outside, (low + (points - low) % (high - low)).astype(points.dtype), points)
