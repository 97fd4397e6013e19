"""Coverage of the visited area by one path, against time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noise_added")


def draw(results: Results) -> Figure:
    """Draw one panel per condition, one line per phase, without jitter; words where jitter hides how far paths go."""
    dataset = results["coverage"]
    fraction, decoded = reading(dataset, "coverage"), reading(dataset, "coverage_decoded")
    shown = [phase for phase in SHOWN if phase in phases_of(decoded)]

    def draw_panel(axes: Axes, condition: str) -> None:
        time = grid_of(dataset, "times", condition)
        axes.set_xscale("log")
        hidden = []
        for phase in shown:
            where = {"condition": condition, "phase": phase}
            values = fraction.sel(where)
            if values.notnull().any():
                curve(axes, time, values, COLOURS[phase], label=phase_title(phase))
            elif decoded.sel(where).notnull().any():
                hidden.append(phase)
        for row, phase in enumerate(hidden):
            note = f"{phase_title(phase)}: hidden by jitter"
            at = (0.04, 0.95 - 0.09 * row)
            axes.text(*at, note, transform=axes.transAxes, color=COLOURS[phase], fontsize=6, va="top")
        axes.set_xmargin(0)

    label = "fraction of visited area, without jitter"
    figure = per_condition(names_of(dataset), draw_panel, xlabel="time (s)", ylabel=label)
    figure.axes[0].set_ylim(bottom=0)  # of all, which share it
    return figure


DRAWING = Drawing(measures=("coverage",), draw=draw)
