"""Coverage of the visited area by one path, against time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noise_added")


def draw(results: Results) -> Figure:
    """Draw one panel per condition, one line per phase."""
    dataset = results["coverage"]
    fraction = reading(dataset, "coverage")
    shown = [phase for phase in SHOWN if phase in phases_of(fraction)]

    def draw_panel(axes: Axes, condition: str) -> None:
        time = grid_of(dataset, "times", condition)
        axes.set_xscale("log")
        for phase in shown:
            curve(axes, time, fraction.sel(condition=condition, phase=phase), COLOURS[phase], label=phase_title(phase))
        axes.set_xmargin(0)

    return per_condition(names_of(dataset), draw_panel, xlabel="time (s)", ylabel="fraction of visited area")


DRAWING = Drawing(measures=("coverage",), draw=draw)
