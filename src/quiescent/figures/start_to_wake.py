"""Start to wake: how far states at rest are from the nearest active ones, against time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS


def draw(results: Results) -> Figure:
    """Draw one panel per condition, one line per phase; dashed: floor and ceiling, active states and shuffled ones."""
    dataset = results["start_to_wake"]
    names, distance = names_of(dataset), reading(dataset, "distance")
    shown = phases_of(distance)

    def draw_panel(axes: Axes, condition: str) -> None:
        time = grid_of(dataset, "times", condition)
        for phase in shown:
            values = distance.sel(condition=condition, phase=phase)
            curve(axes, time, values, COLOURS[phase], label=phase_title(phase), marker="o")
        for limit, dashes, label in (
            ("floor", "--", "active states, other trials"),
            ("ceiling", ":", "shuffled units"),
        ):
            height = float(reading(dataset, limit).sel(condition=condition).mean())
            axes.axhline(height, color=COLOURS["behaviour"], linestyle=dashes, linewidth=0.8, label=label)
        axes.set_xscale("log")

    figure = per_condition(names, draw_panel, xlabel="time (s)", ylabel="distance from active states")
    figure.axes[0].set_ylim(0, None)  # of all, which share it
    return figure


DRAWING = Drawing(measures=("start_to_wake",), draw=draw)
