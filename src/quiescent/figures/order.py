"""Order: displacement against lag, of decoded paths and of the same paths shuffled in time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noise_added")


def draw(results: Results) -> Figure:
    """Draw one panel per condition; solid: decoded, dashed: shuffled."""
    dataset = results["order"]
    own, null = (reading(dataset, name) for name in ("displacement", "shuffled"))
    shown = [phase for phase in SHOWN if phase in phases_of(own)]

    def draw_panel(axes: Axes, condition: str) -> None:
        time = grid_of(dataset, "lags", condition)
        axes.set(xscale="log", yscale="log")
        for phase in shown:
            where = {"condition": condition, "phase": phase}
            curve(axes, time, own.sel(where), COLOURS[phase], label=phase_title(phase), marker="o")
            curve(axes, time, null.sel(where), COLOURS[phase], label=f"{phase_title(phase)}, shuffled", dashes="--")

    unit = dataset["displacement"].attrs["unit"]
    return per_condition(names_of(dataset), draw_panel, xlabel="lag (s)", ylabel=f"mean displacement ({unit})")


DRAWING = Drawing(measures=("order",), draw=draw)
