"""Manifold: hidden states of every phase on the principal components of behaviour, to be drawn.

Formula: dots `(r - mean r) . u_k`, of hidden states r on the first three principal components u_k of behaviour.

Source: Krishna et al. (2024), Figs. 1 to 3.

Fails: as evidence: it is a picture. States far from the manifold may lie on it in projection (`dimensionality`, and of
headings `ring`, count).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import principal, spread_of
from quiescent.quiescence.phases import HIDDEN

FIRST, EVERY = 7, 20  # steps of behaviour that are drawn: after the first 7, one in 20 (Krishna et al. 2024)
DOTS = 1000
BINS = 50


class Projection(NamedTuple):
    """Behaviour's mean state and leading components, and the bins of a map of the first two."""

    mean: Float[np.ndarray, " unit"]
    directions: Float[np.ndarray, "unit axis"]
    edges: Float[np.ndarray, "2 edge"]


def project(
    states: Float[np.ndarray, "*shape unit"],
    mean: Float[np.ndarray, " unit"],
    directions: Float[np.ndarray, "unit axis"],
) -> Float[np.ndarray, "*shape axis"]:
    """Project states on components."""
    return np.asarray((states - mean.astype(np.float32)) @ directions.astype(np.float32))


def projection_of(phases: Activities) -> Projection:
    """Find behaviour's components, and bins that hold nearly all states of all phases."""
    states = {name: activity.states for name, activity in phases.items() if activity.states is not None}
    spread = spread_of(states["active"])
    assert spread is not None
    _, directions = principal(spread, 3)
    plane = directions[:, :2]
    projected = [project(state, spread.mean, plane).reshape(-1, plane.shape[1]) for state in states.values()]
    places = np.concatenate(projected)
    ends = np.quantile(places[np.isfinite(places[:, 0])], (0.005, 0.995), axis=0).T
    return Projection(spread.mean, directions, np.stack([np.linspace(low, high, BINS + 1) for low, high in ends]))


def of(activity: Activity, known: Projection, rng: np.random.Generator) -> Values:
    """Take dots on the first three components, their hue, and the density of all states on the first two."""
    assert activity.states is not None
    states = project(activity.states, known.mean, known.directions)
    axes = states.shape[-1]
    shown = slice(FIRST, None, EVERY) if activity.kept is None else slice(None)  # at rest, only some are kept
    dots = states[shown].reshape(-1, axes)
    hue = activity.space.hue(activity.decoded_at_states)[0][shown].ravel()
    keep = np.flatnonzero(np.isfinite(dots[:, 0]))
    keep = np.sort(rng.permutation(keep)[:DOTS])
    points, hues = np.full((DOTS, axes), np.nan, np.float32), np.full(DOTS, np.nan, np.float32)
    points[: len(keep)], hues[: len(keep)] = dots[keep], hue[keep]
    everywhere = states.reshape(-1, axes)[:, :2]
    everywhere = everywhere[np.isfinite(everywhere[:, 0])]
    density = np.full((BINS, BINS), np.nan, np.float32)
    if len(everywhere):
        density[:] = np.histogram2d(everywhere[:, 0], everywhere[:, 1], list(known.edges), density=True)[0]
    return {"points": points, "hue": hues, "density": density, "edges": known.edges}


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "points": Quantity("", "state on behaviour's components", ("point", "axis")),
        "hue": Quantity("length", "heading, or distance from the centre", ("point",)),
        "density": Quantity("", "density of states", ("u", "v")),
        "edges": Quantity("", "edges of the bins", ("axis_of_edge", "edge"), once=True),
    },
    of=of,
    learn=projection_of,
    horizon=(0, 200),
    windows=False,
    hidden=True,
)
