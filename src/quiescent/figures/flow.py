"""Flow: where places drift if a network is left alone, as arrows on the plane and as a curve along one dimension."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import LABEL_WIDTH, first_seed, grid_of, names_of, reading, space_of, wrapped
from quiescent.figures.style import COLOURS, PAGE, SERIES, panels, style
from quiescent.figures.trajectories import frame
from quiescent.spaces import Space

MIDDLE = 1  # of the lags, that is drawn


def draw(results: Results) -> Figure:
    """Draw one panel per condition, of its first seed: velocity, and crosses where long paths end."""
    dataset = results["flow"]
    names = names_of(dataset)
    columns = min(4, len(names))
    with style():
        figure, rows = panels(-(-len(names) // columns), columns, width=min(PAGE, 2.6 * columns))
        grid = [axes for row in rows for axes in row]
        for axes in grid[len(names) :]:
            axes.set_visible(False)
        for axes, (condition, name) in zip(grid, names.items(), strict=False):
            shown = first_seed(dataset, "velocity", condition).sel(phase="flow")
            velocity = reading(shown, "velocity").values[MIDDLE]
            space, nodes = space_of(dataset, condition), grid_of(dataset, "nodes", condition)
            known = np.isfinite(nodes).all(-1)
            draw_panel = _draw_arrows if len(space.bounds) > 1 else _draw_curve
            draw_panel(axes, nodes[known], velocity[known], reading(shown, "ends").values, space)
            numbers = [float(shown[word].values.flat[0]) for word in ("stable", "unstable", "saddles", "capacity")]
            text = "{:.0f} stable, {:.0f} unstable, {:.0f} saddles\ncapacity {:.2f} nats".format(*numbers)
            axes.set_title(f"{wrapped(name, LABEL_WIDTH)}\n{text}", fontsize=6)
    return figure


def _draw_arrows(
    axes: Axes,
    nodes: Float[np.ndarray, "node dim"],
    velocity: Float[np.ndarray, "node dim"],
    ends: Float[np.ndarray, "other dim"],
    space: Space,
) -> None:
    """Draw arrows of one length, coloured by speed."""
    speed = np.linalg.norm(velocity, axis=-1)
    fine = speed > 0
    arrows = axes.quiver(
        *nodes[fine].T, *(velocity[fine] / speed[fine, None]).T, speed[fine], cmap="viridis", scale=22, width=0.006
    )
    axes.plot(*ends.T, "x", color=COLOURS["quiescent"], markersize=4)
    frame(axes, space)
    axes.figure.colorbar(arrows, ax=axes, label=f"speed ({space.unit}/s)", shrink=0.6)


def _draw_curve(
    axes: Axes,
    nodes: Float[np.ndarray, "node dim"],
    velocity: Float[np.ndarray, "node dim"],
    ends: Float[np.ndarray, "other dim"],
    space: Space,
) -> None:
    axes.axhline(0, color="0.8", linewidth=0.5)
    axes.plot(nodes[:, 0], velocity[:, 0], color=SERIES[1])
    axes.plot(ends[:, 0], np.zeros(len(ends)), "x", color=COLOURS["quiescent"], markersize=4)
    axes.set(xlabel=f"{space.variable} ({space.unit})", ylabel=f"velocity ({space.unit}/s)", xlim=space.bounds[0])


DRAWING = Drawing(measures=("flow",), draw=draw)
