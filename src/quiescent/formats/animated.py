"""One trial as RatInABox keeps the history of an agent, so that it can animate a dream."""

from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.spaces import Space, from_text


class Animated(NamedTuple):
    """Parameters of RatInABox's `Environment`, whose origin is a corner, and the history of an `Agent` in it."""

    environment: dict[str, object]
    history: dict[str, list[object]]


def animated(activity: xr.Dataset, trial: int) -> Animated:
    """Turn one decoded path into a history. Raises `QuiescentError` if there is no such trial, or no such world.

    An agent looks where it went last; headings become places along a ring of 2 pi.
    """
    if not 0 <= trial < activity.sizes["trial"]:
        raise QuiescentError(f"trial={trial}: must be from 0 to {activity.sizes['trial'] - 1}.")
    space = from_text(activity.attrs["space"])
    points = activity["decoded"].isel(trial=trial).values.astype(float)
    times = activity["time"].values
    velocity = np.zeros_like(points)
    velocity[1:] = space.difference(points[1:], points[:-1]) / np.diff(times)[:, None]
    low = np.array(space.bounds)[:, 0]
    history: dict[str, np.ndarray] = {
        "t": times,
        "pos": points - low,
        "vel": velocity,
        "head_direction": _directions(velocity),
        "distance_travelled": np.cumsum(np.linalg.norm(velocity, axis=1)) * activity.attrs["dt"],
        "rot_vel": np.zeros(len(times)),
    }
    return Animated(_environment(space), {name: values.tolist() for name, values in history.items()})


def _directions(velocity: Float[np.ndarray, "time dim"]) -> Float[np.ndarray, "time dim"]:
    """Keep the last direction in which a path moved: decoded places often stay the same for some steps."""
    speed = np.linalg.norm(velocity, axis=1)
    moved = speed > 0
    last = np.maximum.accumulate(np.where(moved, np.arange(len(speed)), -1))
    first = np.argmax(moved)
    last = np.where(last < 0, first, last)
    ahead = np.eye(velocity.shape[1])[0]
    return np.where(moved.any(), velocity[last] / np.where(moved, speed, 1)[last][:, None], ahead)


def _environment(space: Space) -> dict[str, object]:
    sizes = [high - low for low, high in space.bounds]
    if len(sizes) > 2:
        raise QuiescentError(f"RatInABox has worlds of one or two dimensions, but this space has {len(sizes)}.")
    world: dict[str, object] = {
        "dimensionality": f"{len(sizes)}D",
        "scale": sizes[-1],
        "boundary_conditions": "periodic" if space.periodic else "solid",
    }
    return world if len(sizes) == 1 else world | {"aspect": sizes[0] / sizes[1]}
