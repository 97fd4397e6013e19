"""Slow points: where they are, how slow, and which directions last there."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import LABEL_WIDTH, first_seed, names_of, reading, space_of, wrapped
from quiescent.figures.style import PAGE, SERIES, panels, style
from quiescent.figures.trajectories import frame
from quiescent.spaces import Space

DECADES = (-5.0, 0.0)  # of speed over that awake, as colours


def draw(results: Results) -> Figure:
    """Draw one row per condition, of its first seed: places of slow points, and eigenvalues at the slowest of them."""
    dataset = results["slow_points"]
    names = names_of(dataset)
    with style():
        figure, rows = panels(len(names), 2, width=0.7 * PAGE)
        for (places, spectrum), (condition, title) in zip(rows, names.items(), strict=True):
            shown = first_seed(dataset, "places", condition).sel(phase="slow_points")
            points, speeds, values = (
                reading(shown, variable).values for variable in ("places", "speeds", "eigenvalues")
            )
            dots = _draw_places(places, points, speeds, space_of(dataset, condition))
            figure.colorbar(dots, ax=places, label="log10 of speed over that awake", shrink=0.7)
            places.set_title(wrapped(title, LABEL_WIDTH))
            _draw_spectrum(spectrum, values)
    return figure


def _draw_places(
    axes: Axes, places: Float[np.ndarray, "start dim"], speeds: Float[np.ndarray, " start"], space: Space
) -> PathCollection:
    """Draw places on the plane, on a circle, or along a line against nothing."""
    measured = np.isfinite(places).all(-1)
    points = space.embedded(places[measured])
    across = points[:, 1] if points.shape[1] > 1 else np.zeros(len(points))
    colours = np.log10(np.maximum(speeds[measured], 10 ** DECADES[0]))
    dots = axes.scatter(points[:, 0], across, c=colours, vmin=DECADES[0], vmax=DECADES[1], s=6, cmap="viridis")
    if len(space.bounds) > 1:
        frame(axes, space)
    else:
        axes.set(xlabel=f"{space.variable} ({space.unit})" if not space.polar else "", yticks=[])
    if space.polar:
        axes.set(xticks=[], xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal")
    return dots


def _draw_spectrum(axes: Axes, values: Float[np.ndarray, "point unit part"]) -> None:
    """Draw eigenvalues of the derivative in the complex plane; on the dashed circle nothing decays."""
    axes.axvline(0, color="0.85", linewidth=0.5, zorder=0)
    axes.axhline(0, color="0.85", linewidth=0.5, zorder=0)
    turn = np.linspace(0, 2 * np.pi, 200)
    axes.plot(np.cos(turn), np.sin(turn), "--", color="0.6")
    axes.plot(*values.reshape(-1, 2).T, ".", color=SERIES[1], alpha=0.4, markersize=2)
    axes.set(xlabel="real part of eigenvalues", ylabel="imaginary part", aspect="equal")
    lowest = np.fmin.reduce(values[..., 0], axis=None)
    axes.set(xlim=(min(-0.1, lowest - 0.1) if np.isfinite(lowest) else -0.1, 1.15), ylim=(-0.75, 0.75))


DRAWING = Drawing(measures=("slow_points",), draw=draw)
