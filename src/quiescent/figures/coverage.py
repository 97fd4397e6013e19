"""Coverage of the visited area by one path, against time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, per_condition, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noisy")


def draw(results: Results) -> Figure:
    """One panel per condition, one line per phase."""
    dataset = results["coverage"]
    share = reading(dataset, "coverage")
    time = dataset["time"].values * float(dataset.attrs["dt"])
    shown = [phase for phase in SHOWN if phase in phases_of(share)]

    def draw_one(axes: Axes, condition: str) -> None:
        axes.set_xscale("log")
        for phase in shown:
            curve(axes, time, share.sel(condition=condition, phase=phase), COLOURS[phase], label=phase)
        axes.set_xmargin(0)

    return per_condition(names_of(dataset), draw_one, xlabel="time (s)", ylabel="share of visited area")


DRAWING = Drawing(measures=("coverage",), draw=draw)
