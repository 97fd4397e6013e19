"""Densities of decoded positions (maps) or headings (polar histograms)."""

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import grid_of, names_of, per_phase, reading, space_of
from quiescent.figures.style import DENSITY_MAP
from quiescent.figures.trajectories import frame
from quiescent.spaces import Space

Window = Float[np.ndarray, "dim 2"]  # lowest and highest edge of a map in every dimension


def draw(results: Results) -> Figure:
    """Draw one row per condition, one column per phase; mean over seeds. Every map has its own scale."""
    dataset = results["occupancy"]
    names = names_of(dataset)
    spaces = {condition: space_of(dataset, condition) for condition in names}

    def draw_panel(axes: Axes, condition: str, values: xr.DataArray, colour: str) -> None:
        draw_density(axes, values.values, grid_of(dataset, "extent", condition), spaces[condition], colour)

    polar = any(space.polar for space in spaces.values())
    return per_phase(reading(dataset, "density").mean("seed"), draw_panel, names=names, polar=polar)


def draw_density(axes: Axes, density: Float[np.ndarray, "..."], window: Window, space: Space, colour: str) -> None:
    """Draw a density between the edges of its window: as sectors, a profile, or a map with the bounds of the space."""
    if space.polar:
        _draw_sectors(axes, density, window[0], colour)
    elif density.ndim == 1:
        low, high = window[0]
        edges = np.linspace(low, high, len(density) + 1)
        axes.fill_between((edges[1:] + edges[:-1]) / 2, density, step="mid", color=colour)
        axes.set(xlabel=f"{space.variable} ({space.unit})", ylabel=f"density (1/{space.unit})")
    else:
        extent = tuple(window.ravel())
        axes.imshow(density.T, origin="lower", extent=extent, vmin=0, cmap=DENSITY_MAP, rasterized=True)
        frame(axes, space)


def _draw_sectors(axes: Axes, density: Float[np.ndarray, " bin"], ends: Float[np.ndarray, "2"], colour: str) -> None:
    """Draw sectors whose areas are proportional to the density, which their radii are not."""
    edges = np.linspace(ends[0], ends[1], len(density) + 1)
    axes.bar(edges[:-1], np.sqrt(density), width=np.diff(edges), align="edge", color=colour, edgecolor="white")
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(measures=("occupancy",), draw=draw)
