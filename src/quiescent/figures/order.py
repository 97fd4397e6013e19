"""Order: displacement against lag, of decoded paths and of the same paths shuffled in time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, per_condition, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noisy")


def draw(results: Results) -> Figure:
    """One panel per condition; solid: decoded, dashed: shuffled."""
    dataset = results["order"]
    own, null = (reading(dataset, name) for name in ("displacement", "shuffled"))
    time = dataset["lag"].values * float(dataset.attrs["dt"])
    shown = [phase for phase in SHOWN if phase in phases_of(own)]

    def draw_one(axes: Axes, condition: str) -> None:
        axes.set(xscale="log", yscale="log")
        for phase in shown:
            where = {"condition": condition, "phase": phase}
            curve(axes, time, own.sel(where), COLOURS[phase], label=phase, marker="o")
            curve(axes, time, null.sel(where), COLOURS[phase], label=f"{phase}, shuffled", dashes="--")

    unit = dataset["displacement"].attrs["unit"]
    return per_condition(names_of(dataset), draw_one, xlabel="lag (s)", ylabel=f"mean displacement ({unit})")


DRAWING = Drawing(measures=("order",), draw=draw)
