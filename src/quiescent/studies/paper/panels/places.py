"""Panels of decoded places: trajectories, and densities."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quiescent.figures.density import draw_density
from quiescent.figures.style import COLOURS
from quiescent.figures.trajectories import frame
from quiescent.studies.paper.panels.frame import colour_bar, fill, share_scale
from quiescent.studies.paper.published import Axis
from quiescent.studies.paper.source import Network, Source

STEPS = 200  # at rest, in the paper's pictures of trajectories
PATHS = 12
PHASES = {"same": "quiescent, noise not doubled", "noise_added": "quiescent, with noise"}  # in the legend


def draw_trajectories(axes: Axes, source: Source, network: Network, phase: str) -> None:
    """Draw decoded trajectories of the first seed on the plane, starts as circles and ends as triangles."""
    paths = source.first(network, "paths", "paths", phase).transpose("time", "trial", "dim").values[:STEPS, :PATHS]
    space = source.space(network, "paths")
    paths = paths[np.isfinite(paths).any((1, 2))]
    colour = COLOURS[phase]
    axes.plot(paths[..., 0], paths[..., 1], color=colour, linewidth=0.5, alpha=0.8)
    axes.plot([], [], color=colour, label=PHASES.get(phase, phase))
    mark_ends(axes, paths[0, :, 0], paths[0, :, 1], paths[-1, :, 0], paths[-1, :, 1])
    frame(axes, space)
    _show_all(axes, paths)


def trajectory_pair(
    pair: Mapping[str, Axes], source: Source, network: Network, *, rest: str = "quiescent", kind: str = ""
) -> None:
    """Draw decoded trajectories awake and at rest; `pair` is two panels by letter."""
    for (letter, axes), phase, title in zip(pair.items(), ("active", rest), ("active", "quiescent"), strict=True):
        fill(axes, letter, kind + title, draw_trajectories, source, network, phase)


def mark_ends(axes: Axes, *ends: np.ndarray) -> None:
    """Mark starts (x, y) as circles and ends (x, y) as triangles."""
    shared: dict[str, Any] = {"linestyle": "none", "markersize": 2.6, "color": "black", "markeredgewidth": 0.4}
    axes.plot(*ends[:2], marker="o", label="start", **shared, markerfacecolor="white")
    axes.plot(*ends[2:], marker="^", label="end", **shared)


def _show_all(axes: Axes, paths: np.ndarray) -> None:
    """Widen the window to paths that leave it."""
    lowest, highest = np.nanmin(paths, (0, 1)), np.nanmax(paths, (0, 1))
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    axes.set_xlim(min(left, float(lowest[0])), max(right, float(highest[0])))
    axes.set_ylim(min(bottom, float(lowest[1])), max(top, float(highest[1])))


def density_pair(
    pair: Mapping[str, Axes],
    source: Source,
    network: Network,
    *,
    rest: str = "quiescent",
    published: Axis | None = None,
    kind: str = "",
) -> None:
    """Draw densities of decoded positions awake and at rest on one colour scale; `pair` is two panels by letter."""
    for (letter, axes), phase, title in zip(pair.items(), ("active", rest), ("active", "quiescent"), strict=True):
        fill(axes, letter, kind + title, _draw_map, source, network, phase)
    images = [image for axes in pair.values() for image in axes.images]
    if images:
        share_scale(images)
        colour_bar(list(pair.values())[-1], images[-1], "density (1/m²)", published)


def _draw_map(axes: Axes, source: Source, network: Network, phase: str) -> None:
    density = source.places(network, phase).values
    extent = source.first(network, "occupancy", "extent").values
    draw_density(axes, density, extent, source.space(network, "occupancy"), COLOURS[phase])


def draw_sectors(axes: Axes, source: Source, network: Network, phase: str) -> None:
    """Draw a polar histogram of decoded headings, first seed; areas of sectors are proportional to their fraction."""
    density = source.first(network, "occupancy", "density", phase).values
    extent = source.first(network, "occupancy", "extent").values
    draw_density(axes, density, extent, source.space(network, "occupancy"), COLOURS[phase])
    name_angles(axes)


def name_angles(axes: Axes) -> None:
    """Mark the quarters of a circle, and name two of them."""
    axes.set_xticks(np.arange(4) * np.pi / 2, ["0", "", "±π", ""])
    axes.tick_params(axis="x", pad=-3)
    axes.grid(linewidth=0.3, color="0.85")
    axes.spines["polar"].set_linewidth(0.5)
