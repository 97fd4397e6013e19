"""Manifold: hidden states on the principal components of behaviour, and their density."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import first_seed, names_of, reading, space_of
from quiescent.figures.style import DENSITY_MAP, PAGE, style
from quiescent.spaces import Space

SHOWN = ("active", "quiescent")


def draw(results: Results) -> Figure:
    """Draw one row per condition, of its first seed: states coloured by place (or heading), and densities."""
    dataset = results["manifold"]
    names = names_of(dataset)
    space = space_of(dataset, next(iter(names)))
    with style():
        figure = Figure(figsize=(PAGE, PAGE / 4 * len(names) + 0.3), layout="constrained")
        grid = figure.subplots(len(names), 2 * len(SHOWN), squeeze=False)
        dots = None
        for row, (condition, name) in zip(grid, names.items(), strict=True):
            measured = first_seed(dataset, "edges", condition)
            edges = reading(measured, "edges").values
            row[0].annotate(name, (-0.08, 0.5), xycoords="axes fraction", rotation=90, ha="right", va="center")
            for axes, phase in zip(row[: len(SHOWN)], SHOWN, strict=True):
                dots = _draw_dots(axes, measured, phase, space) or dots
                axes.set(xlim=edges[0, [0, -1]], ylim=edges[1, [0, -1]], title=phase)
            for axes, phase in zip(row[len(SHOWN) :], SHOWN, strict=True):
                density = reading(measured, "density").sel(phase=phase).values
                extent = (edges[0, 0], edges[0, -1], edges[1, 0], edges[1, -1])
                axes.imshow(density.T, origin="lower", extent=extent, cmap=DENSITY_MAP, aspect="auto", rasterized=True)
                axes.set_title(f"{phase}, density")
            for axes in row:
                axes.set(xticks=[], yticks=[])
        if dots is not None:
            label = f"decoded {space.hue(np.zeros((1, len(space.bounds))))[1]} ({space.unit})"
            figure.colorbar(dots, ax=grid[:, :2], location="bottom", label=label, shrink=0.6, aspect=40)
    return figure


def _draw_dots(axes: Axes, measured: xr.Dataset, phase: str, space: Space) -> PathCollection | None:
    points, hue = (reading(measured, name).sel(phase=phase).values for name in ("points", "hue"))
    shown = np.isfinite(points[:, 0])
    if not shown.any():
        return None
    drawn = axes.scatter(
        points[shown, 0],
        points[shown, 1],
        c=hue[shown],
        s=1.5,
        cmap="twilight" if space.periodic else "viridis",
        linewidth=0,
    )
    drawn.set_rasterized(True)
    drawn.set_clim(space.bounds[0] if space.periodic else (0, float(np.nanmax(hue))))
    return drawn


DRAWING = Drawing(measures=("manifold",), draw=draw)
