"""Ring: single active states on their principal components, in the colours of their true headings."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import first_seed, names_of, per_condition, reading
from quiescent.spaces import Circle
from quiescent.statistics import seed_interval


def draw(results: Results) -> Figure:
    """Draw one panel per condition, of its first seed; numbers are means over seeds."""
    dataset = results["ring"]
    covered = reading(dataset, "covered").sel(phase="quiescent")
    numbers = {name: reading(dataset, name) for name in ("is_ring", "order")}

    def draw_panel(axes: Axes, condition: str) -> None:
        shown = first_seed(dataset, "points", condition)
        points = reading(shown, "points").values
        u, v = (points[:, :2] / np.nanmax(np.abs(points[:, :2]))).T
        axes.scatter(u, v, c=reading(shown, "headings").values, cmap="twilight", s=4, linewidths=0)
        axes.set(xticks=[], yticks=[], xlim=(-1.1, 1.1), ylim=(-1.9, 1.1))
        axes.set_aspect("equal")
        ring, order, fraction = (
            seed_interval(one.sel(condition=condition).values).mean for one in (*numbers.values(), covered)
        )
        text = f"{ring:.1f} times a chance loop\norder by heading {order:.2f}\ncovered at rest {100 * fraction:.0f} %"
        axes.text(0.5, 0.02, text, transform=axes.transAxes, ha="center", va="bottom", fontsize=5.5)

    return per_condition(names_of(dataset), draw_panel, xlabel="component 1", ylabel="component 2")


DRAWING = Drawing(measures=("ring",), draw=draw, space=Circle)
