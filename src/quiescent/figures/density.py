"""Densities of decoded positions (maps) or headings (polar histograms)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.activity import Active, Rest
from quiescent.figures.drawing import Conditions, Drawing
from quiescent.figures.style import COLOURS, DENSITY_MAP, panels, style
from quiescent.figures.trajectories import frame_box
from quiescent.measures.occupancy import Occupancy, occupancy, polar_occupancy
from quiescent.tasks.trials import Box


def draw(conditions: Conditions) -> Figure:
    """One row per condition, one column per phase; all seeds together. Every map has its own scale."""
    columns = list(dict.fromkeys(phase for one in conditions.values() for phase in one))
    first = next(activities[0] for one in conditions.values() for activities in one.values())
    with style():
        figure, grid = panels(len(conditions), len(columns), width=1.75 * len(columns), polar=first.circular)
        for row, (name, phases) in zip(grid, conditions.items(), strict=True):
            for axes, phase in zip(row, columns, strict=True):
                if phase not in phases:
                    axes.set_visible(False)
                    continue
                paths = np.concatenate([one.decoded.reshape(-1, one.decoded.shape[-1]) for one in phases[phase]])
                colour = COLOURS.get(phase, COLOURS["quiescent"])
                draw_density(axes, paths, phases[phase][0].box, circular=first.circular, colour=colour)
                axes.set_title(f"{name.split('/')[-1]}\n{phase}")
    return figure


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
        # Scaled to its 99.5th percentile, so that one crowded bin does not hide all others.
        top = np.quantile(found.density, 0.995)
        extent = (x[0], x[-1], y[0], y[-1])
        axes.imshow(found.density.T, origin="lower", extent=extent, vmin=0, vmax=max(top, 1e-12), cmap=DENSITY_MAP)
        frame_box(axes, box)


def _draw_polar(axes: Axes, found: Occupancy, colour: str) -> None:
    edges = found.edges[0]
    # A sector's area is proportional to its count when its radius is the square root of it.
    axes.bar(edges[:-1], np.sqrt(found.density), width=np.diff(edges), align="edge", color=colour, edgecolor="white")
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(phases={"active": Active(trials=200), "quiescent": Rest(trials=200, steps=1000)}, draw=draw)
