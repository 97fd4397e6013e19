"""Decoded trajectories of every condition and phase, on the plane, a line or the circle."""

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import box_of, is_circular, names_of, per_phase, reading
from quiescent.measures.occupancy import MARGIN
from quiescent.tasks.trials import Box

SHOWN = 12  # paths per panel


def draw(results: Results) -> Figure:
    """One row per condition, one column per phase; a few trajectories of the first seed."""
    dataset = results["paths"]
    box, circular = box_of(dataset), is_circular(dataset)

    def draw_one(axes: Axes, one: xr.DataArray, colour: str) -> None:
        draw_paths(axes, one.dropna("time", how="all").values, box, colour, circular=circular)

    first = reading(dataset, "paths").isel(seed=0)
    return per_phase(first, draw_one, names=names_of(dataset), polar=circular)


def draw_paths(
    axes: Axes,
    paths: Float[np.ndarray, "time trial dim"],
    box: Box,
    colour: str,
    *,
    circular: bool = False,
    shown: int = SHOWN,
) -> None:
    """The first paths, starts as circles and ends as crosses."""
    paths = paths[:, :shown]
    if circular:
        _draw_headings(axes, paths, colour)
    elif paths.shape[-1] == 1:
        axes.plot(paths[..., 0], color=colour, alpha=0.8)
        axes.set(xlabel="step", ylabel="position (m)", ylim=box[0])
    else:
        _draw_positions(axes, paths, box, colour)


def _draw_positions(axes: Axes, paths: Float[np.ndarray, "time trial 2"], box: Box, colour: str) -> None:
    axes.plot(paths[..., 0], paths[..., 1], color=colour, alpha=0.7, linewidth=0.6)
    axes.plot(*paths[0].T, "o", color="white", markeredgecolor=colour, markersize=3, linestyle="none")
    axes.plot(*paths[-1].T, "x", color="black", markersize=3, linestyle="none")
    frame_box(axes, box)


def frame_box(axes: Axes, box: Box) -> None:
    """Walls of the arena, and a scale bar in place of ticks."""
    (left, right), (bottom, top) = box
    width, height = right - left, top - bottom
    axes.add_patch(Rectangle((left, bottom), width, height, fill=False, linewidth=0.8, edgecolor="0.5"))
    bar = _round_length(width / 2)
    edge = 0.5 * (MARGIN - 1)  # of the window around the box
    below = bottom - (edge + 0.03) * height
    axes.plot([left, left + bar], [below, below], color="black", linewidth=1.5)
    unit = f"{bar:g} m" if bar >= 1 else f"{100 * bar:g} cm"
    axes.text(left + bar + 0.03 * width, below, unit, va="center", fontsize=5)
    axes.set(aspect="equal", xlim=(left - edge * width, right + edge * width))
    axes.set_ylim(below - 0.03 * height, top + edge * height)
    axes.axis("off")


def _round_length(longest: float) -> float:
    """Largest of 1, 2, 5, 10, ... units that is not longer."""
    decade = 10 ** np.floor(np.log10(longest))
    return float(decade * max(step for step in (1, 2, 5) if step * decade <= longest))


def _draw_headings(axes: Axes, paths: Float[np.ndarray, "time trial 1"], colour: str) -> None:
    time = np.arange(1, len(paths) + 1)
    for heading in np.unwrap(paths[..., 0], axis=0).T[:4]:
        axes.plot(heading, time, color=colour, alpha=0.8, linewidth=0.6)
        axes.plot(heading[0], time[0], "o", color="white", markeredgecolor=colour, markersize=3)
        axes.plot(heading[-1], time[-1], "x", color="black", markersize=3)
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(measures=("paths",), draw=draw)
