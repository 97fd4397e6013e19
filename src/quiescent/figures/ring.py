"""Ring: mean active states by heading, on their principal components."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import first_seed, names_of, per_condition, reading
from quiescent.spaces import Circle
from quiescent.statistics import seed_interval


def draw(results: Results) -> Figure:
    """Draw one panel per condition, of its first seed; colours go round with the heading."""
    dataset = results["ring"]
    ratio, covered = reading(dataset, "ratio"), reading(dataset, "covered").sel(phase="quiescent")

    def draw_panel(axes: Axes, condition: str) -> None:
        points = reading(first_seed(dataset, "first_pcs", condition), "first_pcs").values
        points = points / np.nanmax(np.abs(points[:, :2]))
        there = np.isfinite(points[:, 0])
        loop = np.append(np.flatnonzero(there), np.flatnonzero(there)[:1])
        axes.plot(points[loop, 0], points[loop, 1], color="0.8", linewidth=0.6, zorder=0)
        turn = np.linspace(-np.pi, np.pi, len(points), endpoint=False)
        axes.scatter(points[there, 0], points[there, 1], c=turn[there], cmap="twilight", s=8)
        axes.set(xticks=[], yticks=[], xlim=(-1.1, 1.1), ylim=(-1.7, 1.1))
        axes.set_aspect("equal")
        found, share = (seed_interval(one.sel(condition=condition).values).mean for one in (ratio, covered))
        text = f"death / birth {found:.1f}\ncovered at rest {100 * share:.0f} %"
        axes.text(0.5, 0.02, text, transform=axes.transAxes, ha="center", va="bottom", fontsize=5.5)

    return per_condition(names_of(dataset), draw_panel, xlabel="component 1", ylabel="component 2")


DRAWING = Drawing(measures=("ring",), draw=draw, space=Circle)
