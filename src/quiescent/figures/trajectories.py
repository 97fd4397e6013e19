"""Decoded trajectories of every condition and phase, on the plane, a line or the circle."""

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, per_phase, reading, space_of
from quiescent.measures.occupancy import MARGIN
from quiescent.spaces import Bounds, Space, Track

SHOWN = 12  # paths per panel
STEPS = 200  # of them: longer paths would hide one another


def draw(results: Results) -> Figure:
    """Draw one row per condition, one column per phase; a few trajectories of the first seed that was measured."""
    dataset = results["paths"]
    names = names_of(dataset)
    spaces = {condition: space_of(dataset, condition) for condition in names}
    paths = reading(dataset, "paths").isel(time=slice(STEPS))

    def draw_panel(axes: Axes, condition: str, values: xr.DataArray, colour: str) -> None:
        measured = values.dropna("seed", how="all").isel(seed=0).dropna("time", how="all")
        draw_paths(axes, measured.values, measured["times"].values, spaces[condition], colour)

    return per_phase(paths, draw_panel, names=names, polar=any(space.polar for space in spaces.values()))


def draw_paths(
    axes: Axes,
    paths: Float[np.ndarray, "time trial dim"],
    times: Float[np.ndarray, " time"],
    space: Space,
    colour: str,
    *,
    shown: int = SHOWN,
) -> None:
    """Draw the first paths, their starts as circles and their ends as crosses.

    On the plane within its bounds, broken where a path goes over the seam of a periodic space; headings against time
    (s), outwards; positions on a line against time.
    """
    paths = paths[:, :shown]
    if space.polar:
        _draw_headings(axes, paths, times, space, colour)
    elif paths.shape[-1] == 1:
        axes.plot(times, paths[..., 0], color=colour, alpha=0.8)
        axes.set(xlabel="time (s)", ylabel=f"{space.variable} ({space.unit})", ylim=space.bounds[0])
    else:
        _draw_positions(axes, paths, space, colour)


def _draw_positions(axes: Axes, paths: Float[np.ndarray, "time trial 2"], space: Space, colour: str) -> None:
    points = paths.astype(float)
    over_seam = np.abs(np.diff(points, axis=0) - space.difference(points[1:], points[:-1])).max(-1) > 1e-6
    for trial, path in enumerate(np.moveaxis(paths, 1, 0)):
        for piece in np.split(path, np.flatnonzero(over_seam[:, trial]) + 1):
            axes.plot(piece[:, 0], piece[:, 1], color=colour, alpha=0.7, linewidth=0.6)
    axes.plot(*paths[0].T, "o", color="white", markeredgecolor=colour, markersize=3, linestyle="none")
    axes.plot(*paths[-1].T, "x", color="black", markersize=3, linestyle="none")
    frame(axes, space)


def frame(axes: Axes, space: Space) -> None:
    """Draw the bounds of a plane space, the lines of a track, and a scale bar in place of ticks."""
    bounds: Bounds = space.bounds
    if isinstance(space, Track):
        for line in space.routes:
            axes.plot(
                *zip(*line, strict=True), color="0.5", alpha=0.5, linewidth=1.5, solid_joinstyle="round", zorder=1.5
            )
    (left, right), (bottom, top) = bounds
    width, height = right - left, top - bottom
    axes.add_patch(Rectangle((left, bottom), width, height, fill=False, linewidth=0.8, edgecolor="0.5"))
    bar = _round_length(width / 2)
    edge = 0.5 * (MARGIN - 1)  # of the window around the bounds
    below = bottom - (edge + 0.03) * height
    axes.plot([left, left + bar], [below, below], color="black", linewidth=1.5)
    small = space.display.scale * bar
    unit = f"{bar:g} {space.unit}" if bar >= 1 else f"{small:g} {space.display.unit}"
    axes.text(left + bar + 0.03 * width, below, unit, va="center", fontsize=5)
    axes.set(aspect="equal", xlim=(left - edge * width, right + edge * width))
    axes.set_ylim(below - 0.03 * height, top + edge * height)
    axes.axis("off")


def _round_length(longest: float) -> float:
    """Choose the largest of 1, 2, 5, 10, ... units that is not longer."""
    decade = 10 ** np.floor(np.log10(longest))
    return float(decade * max(step for step in (1, 2, 5) if step * decade <= longest))


def _draw_headings(
    axes: Axes,
    paths: Float[np.ndarray, "time trial 1"],
    times: Float[np.ndarray, " time"],
    space: Space,
    colour: str,
) -> None:
    for heading in space.unwrapped(paths.astype(float))[..., 0].T[:4]:
        axes.plot(heading, times, color=colour, alpha=0.8, linewidth=0.6)
        axes.plot(heading[0], times[0], "o", color="white", markeredgecolor=colour, markersize=3)
        axes.plot(heading[-1], times[-1], "x", color="black", markersize=3)
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(measures=("paths",), draw=draw)
