"""Denoising: what is left of one step's noise, step by step."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, per_condition, reading
from quiescent.figures.style import SERIES

SHOWN = {
    "normal": "off the manifold",
    "along": "along the manifold",
    "output": "in the read-out",
    "moved": "movement along the manifold",
}


def draw(results: Results) -> Figure:
    """Draw one panel per condition, of all lags side by side; dashed: what leak alone would leave."""
    dataset = results["denoising"]
    lags = dataset["lag"].values
    at = np.arange(len(lags))

    def draw_panel(axes: Axes, condition: str) -> None:
        for (name, label), colour in zip(SHOWN.items(), SERIES[1:], strict=False):
            values = reading(dataset, name).sel(condition=condition, phase="kicked")
            dashes = ":" if name == "moved" else "-"
            curve(axes, at, values, colour, label=label, marker="o", dashes=dashes)
        leak = reading(dataset, "leak").sel(condition=condition)
        curve(axes, at, leak, "0.6", label="leak alone", dashes="--")
        axes.axhline(1, color="0.85", linewidth=0.5, zorder=0)
        axes.set_xticks(at, [str(lag) for lag in lags])
        axes.set_ylim(bottom=0)

    return per_condition(
        names_of(dataset), draw_panel, xlabel="steps after the kick", ylabel="part of a kick that is left"
    )


DRAWING = Drawing(measures=("denoising",), draw=draw)
