"""Compression: speed at rest over that of behaviour, against the lag over which it is measured."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS


def draw(results: Results) -> Figure:
    """Draw one panel per condition; jitter of decoding fades with the lag, and white noise falls as 1/lag."""
    dataset = results["compression"]
    ratio = reading(dataset, "net_compression")

    def draw_panel(axes: Axes, condition: str) -> None:
        axes.set(xscale="log", yscale="log")
        for phase in phases_of(ratio):
            values = ratio.sel(condition=condition, phase=phase)
            lags = grid_of(dataset, "lags", condition)
            curve(axes, lags, values, COLOURS[phase], label=phase_title(phase), marker="o")

    return per_condition(names_of(dataset), draw_panel, xlabel="lag (s)", ylabel="speed over behaviour's")


DRAWING = Drawing(measures=("compression",), draw=draw)
