"""Densities of decoded positions (maps) or headings (polar histograms)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.activity import Active, Activity, Rest
from quiescent.figures.drawing import Conditions, Drawing
from quiescent.figures.grid import grid
from quiescent.figures.style import DENSITY_MAP
from quiescent.figures.trajectories import frame_box
from quiescent.measures.occupancy import Occupancy, occupancy, polar_occupancy
from quiescent.tasks.trials import Box


def draw(conditions: Conditions) -> Figure:
    """One row per condition, one column per phase; all seeds together. Every map has its own scale."""

    def draw_one(axes: Axes, activities: Sequence[Activity], colour: str) -> None:
        first = activities[0]
        paths = np.concatenate([one.decoded.reshape(-1, len(first.box)) for one in activities])
        draw_density(axes, paths, first.box, circular=first.circular, colour=colour)

    return grid(conditions, draw_one)


def draw_density(axes: Axes, paths: np.ndarray, box: Box, *, circular: bool = False, colour: str = "0.3") -> None:
    """Occupancy of decoded positions or headings on one panel."""
    if circular:
        _draw_polar(axes, polar_occupancy(paths), colour)
    elif len(box) == 1:
        found = occupancy(paths, box)
        axes.stairs(found.density, found.edges[0], color=colour, fill=True)
        axes.set(xlabel="position (m)", ylabel="density (1/m)")
    else:
        found = occupancy(paths, box)
        x, y = found.edges
        extent = (x[0], x[-1], y[0], y[-1])
        axes.imshow(found.density.T, origin="lower", extent=extent, vmin=0, cmap=DENSITY_MAP, rasterized=True)
        frame_box(axes, box)


def _draw_polar(axes: Axes, found: Occupancy, colour: str) -> None:
    edges = found.edges[0]
    # A sector's area is proportional to its count when its radius is the square root of it.
    axes.bar(edges[:-1], np.sqrt(found.density), width=np.diff(edges), align="edge", color=colour, edgecolor="white")
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(phases={"active": Active(trials=200), "quiescent": Rest(trials=200, steps=1000)}, draw=draw)
