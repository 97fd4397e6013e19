"""Manifold: hidden states on the principal components of behaviour, and their density."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import is_circular, names_of, reading
from quiescent.figures.style import DENSITY_MAP, PAGE, style

SHOWN = ("active", "quiescent")


def draw(results: Results) -> Figure:
    """One row per condition, of the first seed: states coloured by place (or heading), and densities."""
    dataset = results["manifold"].isel(seed=0)
    names, circular = names_of(dataset), is_circular(dataset)
    with style():
        figure = Figure(figsize=(PAGE, PAGE / 4 * len(names) + 0.3), layout="constrained")
        grid = figure.subplots(len(names), 2 * len(SHOWN), squeeze=False)
        dots = None
        for row, (condition, name) in zip(grid, names.items(), strict=True):
            one = dataset.sel(condition=condition)
            edges = reading(one, "edges").values
            row[0].annotate(name, (-0.08, 0.5), xycoords="axes fraction", rotation=90, ha="right", va="center")
            for axes, phase in zip(row[: len(SHOWN)], SHOWN, strict=True):
                found = _dots(axes, one, phase, circular)
                dots = dots or found
                axes.set(xlim=edges[0, [0, -1]], ylim=edges[1, [0, -1]], title=phase)
            for axes, phase in zip(row[len(SHOWN) :], SHOWN, strict=True):
                density = reading(one, "density").sel(phase=phase).values
                extent = (edges[0, 0], edges[0, -1], edges[1, 0], edges[1, -1])
                axes.imshow(density.T, origin="lower", extent=extent, cmap=DENSITY_MAP, aspect="auto", rasterized=True)
                axes.set_title(f"{phase}, density")
            for axes in row:
                axes.set(xticks=[], yticks=[])
        if dots is not None:
            label = "decoded heading (rad)" if circular else "distance from the centre (m)"
            figure.colorbar(dots, ax=grid[:, :2], location="bottom", label=label, shrink=0.6, aspect=40)
    return figure


def _dots(axes: Axes, one: xr.Dataset, phase: str, circular: bool) -> PathCollection | None:
    points, place = (reading(one, name).sel(phase=phase).values for name in ("points", "place"))
    there = np.isfinite(points[:, 0])
    if not there.any():
        return None
    drawn = axes.scatter(
        points[there, 0],
        points[there, 1],
        c=place[there],
        s=1.5,
        cmap="twilight" if circular else "viridis",
        linewidth=0,
    )
    drawn.set_rasterized(True)
    drawn.set_clim((-np.pi, np.pi) if circular else (0, float(np.nanmax(place))))
    return drawn


DRAWING = Drawing(measures=("manifold",), draw=draw)
