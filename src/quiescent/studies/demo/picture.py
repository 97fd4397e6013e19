"""The demonstration's picture: a rat, and what networks that know where it is dream."""

import numpy as np
from matplotlib.figure import Figure

from quiescent.figures.density import draw_density
from quiescent.figures.style import COLOURS, panels, style
from quiescent.figures.trajectories import draw_paths
from quiescent.measures.occupancy import occupancy
from quiescent.quiescence.activity import Activity

DREAM_STEPS = 200  # drawn as trajectories; more would hide one another


def draw_dream(active: Activity, dreams: dict[str, Activity], *, dt: float) -> Figure:
    """Draw behaviour, awake decoding and dreams; as trajectories (top) and as densities (bottom)."""
    assert active.truth is not None
    with style():
        figure, (above, below) = panels(2, 2 + len(dreams))
        awake = f"{len(active.decoded) * dt:g} s"
        visited = [active.truth, active.decoded, *(dream.decoded for dream in dreams.values())]
        titles = [f"rat\nforaging, {awake}", f"noisy network\nawake, {awake}"]
        titles += [f"{name}\ndreaming, {DREAM_STEPS * dt:g} s" for name in dreams]
        colours = [COLOURS["behaviour"], COLOURS["active"]] + [COLOURS["quiescent"]] * len(dreams)
        for axes, title, paths, colour in zip(above, titles, visited, colours, strict=True):
            paths = paths[:DREAM_STEPS]
            draw_paths(axes, paths, dt * np.arange(1, len(paths) + 1), active.space, colour, shown=8)
            axes.set_title(title)
        for axes, paths in zip(below, visited, strict=True):
            density, edges = occupancy(paths, active.space, bins=100)
            draw_density(axes, density, np.array([edge[[0, -1]] for edge in edges]), active.space, COLOURS["active"])
    return figure
