"""Panels of hidden states on the components of behaviour: dots, and densities."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from quiescent.figures.style import DENSITY_MAP
from quiescent.studies.paper.panels.frame import colour_bar, fill, mark_published, share_scale
from quiescent.studies.paper.published import Axis
from quiescent.studies.paper.source import Network, Source

PHASES = ("active", "quiescent")
MOST_APART = 4  # one phase's states reach so many times as far as the other's before each has axes of its own


def dots_pair(
    pair: Mapping[str, Axes],
    source: Source,
    network: Network,
    *,
    published: Axis | None = None,
    reach: Axis | None = None,
) -> None:
    """Draw states awake and at rest, first seed, coloured by decoded place or heading; on equal axes if both fit.

    `published` is the colour bar of the paper, `reach` its axes.
    """
    for (letter, axes), phase in zip(pair.items(), PHASES, strict=True):
        fill(axes, letter, phase, _draw_dots, source, network, phase)
    drawn = [axes for axes in pair.values() if axes.collections]
    if not drawn:
        return
    reaches = [axes.get_xlim()[1] for axes in drawn]
    if max(reaches) < MOST_APART * min(reaches):
        for axes in drawn:
            axes.set(xlim=(-max(reaches), max(reaches)), ylim=(-max(reaches), max(reaches)))
    if reach is not None:
        mark_published(drawn[0], reach)
    space = source.space(network, "manifold")
    if not space.periodic:
        share_scale([axes.collections[0] for axes in drawn])
    label = f"{space.hue(np.zeros((1, len(space.bounds))))[1]} ({space.unit})"
    colour_bar(list(pair.values())[-1], drawn[-1].collections[0], label, published)


def _draw_dots(axes: Axes, source: Source, network: Network, phase: str) -> None:
    points = source.first(network, "manifold", "points", phase).values[:, :2]
    hue = source.first(network, "manifold", "hue", phase).values
    space = source.space(network, "manifold")
    colours = "twilight" if space.periodic else "viridis"
    drawn = axes.scatter(points[:, 0], points[:, 1], c=hue, s=1.5, cmap=colours, linewidth=0, rasterized=True)
    if space.periodic:
        drawn.set_clim(*space.bounds[0])
    reach = 1.05 * float(np.nanmax(np.abs(points)))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    _name_components(axes)


def crowd_pair(pair: Mapping[str, Axes], source: Source, network: Network, *, published: Axis | None = None) -> None:
    """Draw the density of states awake and at rest, first seed, on one colour scale."""
    for (letter, axes), phase in zip(pair.items(), PHASES, strict=True):
        fill(axes, letter, phase, _draw_crowd, source, network, phase)
    images = [image for axes in pair.values() for image in axes.images]
    if images:
        share_scale(images)
        colour_bar(list(pair.values())[-1], images[-1], "density", published)


def _draw_crowd(axes: Axes, source: Source, network: Network, phase: str) -> None:
    density = source.first(network, "manifold", "density", phase).values
    edges = source.first(network, "manifold", "edges").values
    extent = (edges[0, 0], edges[0, -1], edges[1, 0], edges[1, -1])
    axes.imshow(density.T, origin="lower", extent=extent, cmap=DENSITY_MAP, aspect="auto", rasterized=True)
    _name_components(axes)


def _name_components(axes: Axes) -> None:
    axes.set_box_aspect(1)
    axes.locator_params(nbins=3)
    axes.set_xlabel("PC 1", labelpad=1)
    axes.set_ylabel("PC 2", labelpad=0)
