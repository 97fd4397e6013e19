"""Decoded trajectories of every condition and phase, on the plane, a line or the circle."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from quiescent.activity import Active, Activity, Rest
from quiescent.figures.drawing import Conditions, Drawing
from quiescent.figures.style import COLOURS, panels, style
from quiescent.tasks.trials import Box

SHOWN = 12  # trajectories per panel


def draw(conditions: Conditions) -> Figure:
    """One row per condition, one column per phase; a few trajectories of the first seed."""
    columns = list(dict.fromkeys(phase for one in conditions.values() for phase in one))
    first = next(activities[0] for one in conditions.values() for activities in one.values())
    with style():
        figure, grid = panels(len(conditions), len(columns), width=1.75 * len(columns), polar=first.circular)
        for row, (name, phases) in zip(grid, conditions.items(), strict=True):
            for axes, phase in zip(row, columns, strict=True):
                if phase not in phases:
                    axes.set_visible(False)
                    continue
                draw_paths(axes, phases[phase][0], COLOURS.get(phase, COLOURS["quiescent"]))
                axes.set_title(f"{name.split('/')[-1]}\n{phase}")
    return figure


def draw_paths(axes: Axes, activity: Activity, colour: str, *, truth: bool = False) -> None:
    """Some paths of one activity (true ones if `truth`), their starts as circles and ends as crosses."""
    paths = activity.truth if truth else activity.decoded
    if paths is None:
        raise ValueError("the quiescent phase has no true positions")
    paths = paths[:, :SHOWN]
    if activity.circular:
        _draw_headings(axes, paths, colour)
    elif paths.shape[-1] == 1:
        axes.plot(paths[..., 0], color=colour, alpha=0.8)
        axes.set(xlabel="step", ylabel="position (m)", ylim=activity.box[0])
    else:
        _draw_positions(axes, paths, activity.box, colour)


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
    bar = 10 ** np.floor(np.log10(width / 2))
    below = bottom - 0.06 * height
    axes.plot([left, left + bar], [below, below], color="black", linewidth=1.5, clip_on=False)
    unit = f"{bar:g} m" if bar >= 1 else f"{100 * bar:g} cm"
    axes.text(left + bar / 2, below - 0.03 * height, unit, ha="center", va="top", fontsize=5)
    axes.set(aspect="equal", xlim=(left - 0.1 * width, right + 0.1 * width))
    axes.set_ylim(bottom - 0.16 * height, top + 0.1 * height)
    axes.axis("off")


def _draw_headings(axes: Axes, paths: Float[np.ndarray, "time trial 1"], colour: str) -> None:
    time = np.arange(1, len(paths) + 1)
    for heading in np.unwrap(paths[..., 0], axis=0).T[:4]:
        axes.plot(heading, time, color=colour, alpha=0.8, linewidth=0.6)
        axes.plot(heading[0], time[0], "o", color="white", markeredgecolor=colour, markersize=3)
        axes.plot(heading[-1], time[-1], "x", color="black", markersize=3)
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(phases={"active": Active(trials=200), "quiescent": Rest(trials=200, steps=200)}, draw=draw)
