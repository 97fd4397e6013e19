"""Dimensionality: variance explained by each phase's own components, and by behaviour's."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noise_added")


def draw(results: Results) -> Figure:
    """Draw one panel per condition; solid: own components, dashed: those of behaviour."""
    dataset = results["dimensionality"]
    own, shared = (reading(dataset, name) for name in ("explained", "shared"))
    number = dataset["component"].values
    shown = [phase for phase in SHOWN if phase in phases_of(own)]

    def draw_panel(axes: Axes, condition: str) -> None:
        for phase in shown:
            where = {"condition": condition, "phase": phase}
            curve(axes, number, own.sel(where), COLOURS[phase], label=phase_title(phase), marker="o")
            if phase != "active":
                curve(
                    axes,
                    number,
                    shared.sel(where),
                    COLOURS[phase],
                    label=f"{phase_title(phase)}, behaviour's",
                    dashes="--",
                )
        axes.set_ylim(0, 1)

    return per_condition(names_of(dataset), draw_panel, xlabel="principal components", ylabel="variance explained")


DRAWING = Drawing(measures=("dimensionality",), draw=draw)
