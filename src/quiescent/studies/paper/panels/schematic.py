"""Schematic of the task: a network integrates velocity into a position; at rest it has no input but noise."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from quiescent.figures.style import COLOURS

ARROW: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 6, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
SIZE = 5.5  # points


def draw_task(axes: Axes) -> None:
    """Draw behaviour in its box, the network, and the place cells that it has to drive, awake and at rest."""
    axes.set(xlim=(0, 11), ylim=(0, 6.2), aspect="equal")
    axes.axis("off")
    _box(axes, 0.2, 3.4, 2.2)
    _network(axes, 5.7, 4.5, COLOURS["active"], "velocity", "(ẋ, ẏ)", start=2.9)
    _cells(axes, 8.8, 3.4, 2.0)
    _network(axes, 5.7, 1.3, COLOURS["quiescent"], "no input", "", start=2.9)
    _cells(axes, 8.8, 0.2, 2.0)
    for y, word, colour in ((4.5, "active", COLOURS["active"]), (1.3, "quiescent", COLOURS["quiescent"])):
        axes.add_patch(FancyArrowPatch((6.8, y), (8.6, y), color=colour, **ARROW))
        axes.text(7.7, y + 0.15, "read-out", ha="center", va="bottom", fontsize=SIZE)
        axes.text(1.3, 3.1 if word == "active" else y, word, color=colour, ha="center", va="center", fontweight="bold")


def _box(axes: Axes, x: float, y: float, side: float) -> None:
    axes.add_patch(Rectangle((x, y), side, side, fill=False, linewidth=0.8, edgecolor="0.4"))
    t = np.linspace(0, 1, 60)
    path = x + side * (0.15 + 0.7 * t), y + side * (0.5 + 0.3 * np.sin(7 * t) * (1 - 0.4 * t))
    axes.plot(*path, color="0.3", linewidth=0.8)
    axes.add_patch(FancyArrowPatch((path[0][-4], path[1][-4]), (path[0][-1], path[1][-1]), color="0.3", **ARROW))


def _network(axes: Axes, x: float, y: float, colour: str, above: str, below: str, *, start: float) -> None:
    line = "-" if below else (0, (2, 2))
    axes.add_patch(FancyArrowPatch((start, y), (x - 1.1, y), color=colour, linestyle=line, **ARROW))
    axes.text((start + x - 1.1) / 2, y + 0.15, above, ha="center", va="bottom", fontsize=SIZE)
    axes.text((start + x - 1.1) / 2, y - 0.2, below, ha="center", va="top", fontsize=SIZE)
    axes.add_patch(Circle((x, y), 1.0, facecolor="white", edgecolor=colour, linewidth=1))
    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
        axes.add_patch(Circle((x + 0.55 * np.cos(angle), y + 0.55 * np.sin(angle)), 0.16, color=colour, linewidth=0))
    noise = r"noise $\sigma$" if below else r"noise $\sqrt{2}\sigma$"
    axes.text(x, y + 1.08, noise, ha="center", va="bottom", fontsize=SIZE)


def _cells(axes: Axes, x: float, y: float, side: float) -> None:
    axes.add_patch(Rectangle((x, y), side, side, fill=False, linewidth=0.8, edgecolor="0.4"))
    grid = (np.stack(np.meshgrid(np.arange(5), np.arange(5)), -1).reshape(-1, 2) + 0.5) / 5
    activity = np.exp(-np.square(grid - (0.62, 0.58)).sum(1) / 0.06)
    places = np.array([x, y]) + side * grid
    axes.scatter(places[:, 0], places[:, 1], c=activity, cmap="Greys", vmin=-0.15, vmax=1, s=6, linewidth=0)
