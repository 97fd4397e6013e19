"""Manifold: hidden states of every phase on the principal components of behaviour, to be drawn."""

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.measures.components import principal, spread_of
from quiescent.measures.measure import Activities, Measure
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import HIDDEN

FIRST, EVERY = 7, 20  # steps that are drawn: after the first 7, one in 20 (Krishna et al. 2024)
DOTS = 1000
BINS = 50


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Dots on the first three components, their place, and the density of all states on the first two."""
    states = {name: one.states for name, one in phases.items() if one.states is not None}
    spread = spread_of(states["active"])
    assert spread is not None
    _, directions = principal(spread, 3)
    axes = directions.shape[1]

    def project(some: Float[np.ndarray, "*shape unit"]) -> Float[np.ndarray, "*shape axis"]:
        return np.asarray((some - spread.mean.astype(np.float32)) @ directions.astype(np.float32))

    points = np.full((len(phases), DOTS, axes), np.nan, np.float32)
    places = np.full((len(phases), DOTS), np.nan, np.float32)
    everywhere = {name: project(one).reshape(-1, axes)[:, :2] for name, one in states.items()}
    everywhere = {name: one[np.isfinite(one[:, 0])] for name, one in everywhere.items()}
    there = np.concatenate(list(everywhere.values()))
    edges = [np.linspace(low, high, BINS + 1) for low, high in np.quantile(there, (0.005, 0.995), axis=0).T]
    density = np.full((len(phases), BINS, BINS), np.nan, np.float32)
    for row, (name, one) in enumerate(phases.items()):
        dots, place = project(states[name][FIRST::EVERY]).reshape(-1, axes), _place(one)[FIRST::EVERY].ravel()
        keep = np.flatnonzero(np.isfinite(dots[:, 0]))
        keep = np.sort(rng.permutation(keep)[:DOTS])
        points[row, : len(keep)], places[row, : len(keep)] = dots[keep], place[keep]
        if len(everywhere[name]):
            density[row] = np.histogram2d(everywhere[name][:, 0], everywhere[name][:, 1], edges, density=True)[0]
    none = {"unit": ""}
    circular = phases["active"].circular
    return xr.Dataset(
        {
            "points": (("phase", "point", "axis"), points, none | {"long_name": "state on behaviour's components"}),
            "place": (
                ("phase", "point"),
                places,
                {
                    "unit": "rad" if circular else "m",
                    "long_name": "heading" if circular else "distance from the centre",
                },
            ),
            "density": (("phase", "u", "v"), density, none | {"long_name": "density of states"}),
            "edges": (("axis_of_edge", "edge"), np.stack(edges), none),
        },
        coords={"phase": list(phases)},
    )


def _place(activity: Activity) -> Float[np.ndarray, "time trial"]:
    """Decoded heading, or distance of the decoded position from the centre of the box."""
    if activity.circular:
        return activity.decoded[..., 0]
    centre = np.array([sum(side) / 2 for side in activity.box], np.float32)
    return np.asarray(np.linalg.norm(activity.decoded - centre, axis=-1))


MEASURE = Measure(
    phases=HIDDEN,
    compute=compute,
)
