"""Behaviour in the live page: its states, and the numbers that live measures are compared with."""

from math import isfinite

import numpy as np
from jaxtyping import Float

from quiescent.measures.coverage import bins_of, coverage, visited
from quiescent.measures.displacement import log_lags
from quiescent.measures.kl import density_of, kl
from quiescent.measures.manifold import EVERY, FIRST
from quiescent.measures.motion import displacement
from quiescent.measures.validity import limit_of
from quiescent.page.pack import pack
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import principal, spread_of
from quiescent.spaces import Density, UniformDensity
from quiescent.statistics import mean, points_of
from quiescent.streams import numpy_stream

DOTS = 1200  # of the cloud of states
NODES, AROUND = 128, 720  # of the grid of behaviour's density, per dimension; around a circle
REACH = 6.0  # of that grid beyond the walls, in standard deviations of the density's kernel


def describe_cloud(behaviour: Activity) -> dict[str, object]:
    """Project behaviour's states on its first three principal components, with what is decoded from them."""
    assert behaviour.states is not None
    spread = spread_of(behaviour.states)
    assert spread is not None
    variances, directions = principal(spread, 3)
    shown = slice(FIRST, None, EVERY) if len(behaviour.states) > FIRST else slice(None)
    rows = behaviour.states[shown].reshape(-1, behaviour.states.shape[-1])
    places = behaviour.decoded[shown]
    chosen = np.linspace(0, len(rows) - 1, min(DOTS, len(rows))).astype(int)
    return {
        "mean": pack(spread.mean),
        "directions": pack(directions.T),
        "points": pack((rows[chosen] - spread.mean) @ directions),
        "places": pack(places.reshape(-1, places.shape[-1])[chosen]),
        "share": float(variances.sum() / max(np.trace(spread.covariance), 1e-30)),
    }


def describe_behaviour(behaviour: Activity, other: Activity, seed: int) -> dict[str, object]:
    """Compute the package's own numbers of decoded behaviour; `other` is an independent sample of it."""
    space, bounds = behaviour.space, behaviour.space.bounds
    lags = log_lags(len(behaviour.decoded))
    bins = bins_of(behaviour.decoded, bounds)
    area = visited(bins, len(bounds))
    own, again = (density_of(points_of(activity.decoded), space) for activity in (behaviour, other))
    rng = numpy_stream(seed, "measure")
    return {
        "lags": [int(lag) for lag in lags],
        "msd": [_or_none(mean(row)) for row in displacement(behaviour.decoded, lags, space)],
        "area": pack(area, "uint8"),
        "valid": limit_of([behaviour]),
        "coverage": coverage(bins, area).mean(1).tolist(),
        "floor": None if own is None or again is None else max(kl(again, own, rng=rng).value, 0.0),
        "uniform": None if own is None else kl(UniformDensity(bounds), own, rng=rng).value,
        "density": None if own is None else log_density(own, behaviour),
    }


def log_density(density: Density, behaviour: Activity) -> dict[str, object]:
    """Tabulate the log of behaviour's density on a grid beyond the walls, or around the circle.

    `low` and `high` are the ends of the grid.
    """
    bounds = behaviour.space.bounds
    if behaviour.space.periodic:
        nodes = [np.linspace(low, high, AROUND, endpoint=False) for low, high in bounds]
    else:
        points = points_of(behaviour.decoded)
        widths = points.std(0) * len(points) ** (-1 / (len(bounds) + 4))
        ends = [(low - REACH * std, high + REACH * std) for (low, high), std in zip(bounds, widths, strict=True)]
        nodes = [np.linspace(low, high, NODES) for low, high in ends]
    grid: Float[np.ndarray, "point dim"] = np.stack([axis.ravel() for axis in np.meshgrid(*nodes, indexing="ij")], -1)
    values = np.maximum(density.log(grid), -100.0).reshape([len(axis) for axis in nodes])
    low, high = ([float(axis[end]) for axis in nodes] for end in (0, -1))
    return {"low": low, "high": high, "log": pack(values)}


def _or_none(value: float) -> float | None:
    return value if isfinite(value) else None
