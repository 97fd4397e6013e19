"""Densities of decoded positions (maps) or headings (polar histograms)."""

import numpy as np
import xarray as xr
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import box_of, is_circular, names_of, per_phase, reading
from quiescent.figures.style import DENSITY_MAP
from quiescent.figures.trajectories import frame_box
from quiescent.tasks.trials import Box


def draw(results: Results) -> Figure:
    """One row per condition, one column per phase; mean over seeds. Every map has its own scale."""
    dataset = results["occupancy"]
    box, circular = box_of(dataset), is_circular(dataset)

    def draw_one(axes: Axes, one: xr.DataArray, colour: str) -> None:
        middles = [one[dim].values for dim in one.dims]
        if circular:
            draw_polar(axes, one.values, middles[0], colour)
        elif len(middles) == 1:
            axes.fill_between(middles[0], one.values, step="mid", color=colour)
            axes.set(xlabel="position (m)", ylabel="density (1/m)")
        else:
            draw_map(axes, one.values, (middles[0], middles[1]), box)

    return per_phase(reading(dataset, "density").mean("seed"), draw_one, names=names_of(dataset), polar=circular)


def draw_map(axes: Axes, density: Float[np.ndarray, "x y"], middles: tuple[np.ndarray, np.ndarray], box: Box) -> None:
    """A density on the plane, over the middles of its bins, and the walls."""
    (left, right), (bottom, top) = (
        (one[0] - (one[1] - one[0]) / 2, one[-1] + (one[1] - one[0]) / 2) for one in middles
    )
    extent = (left, right, bottom, top)
    axes.imshow(density.T, origin="lower", extent=extent, vmin=0, cmap=DENSITY_MAP, rasterized=True)
    frame_box(axes, box)


def draw_polar(axes: Axes, density: Float[np.ndarray, " bin"], middles: Float[np.ndarray, " bin"], colour: str) -> None:
    """Sectors whose areas are proportional to the density, which their radii are not."""
    axes.bar(middles, np.sqrt(density), width=middles[1] - middles[0], color=colour, edgecolor="white")
    axes.set_yticks([])
    axes.set_xticks(np.arange(0, 2 * np.pi, np.pi / 2))


DRAWING = Drawing(measures=("occupancy",), draw=draw)
