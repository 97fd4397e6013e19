"""Lyapunov exponents: the spectrum of every condition, without noise and with one noise for all copies."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, per_condition, reading
from quiescent.figures.style import SERIES

SHOWN = {"noise_free": "without noise", "same_noise": "one noise for all copies"}


def draw(results: Results) -> Figure:
    """Draw one panel per condition; dashed: over the first half of paths; dotted line: growth of the states' norm."""
    dataset = results["lyapunov"]
    exponents, half, norm = (reading(dataset, name) for name in ("exponents", "first_half", "norm_growth"))
    rank = np.arange(1, exponents.sizes["exponent"] + 1)

    def draw_panel(axes: Axes, condition: str) -> None:
        axes.axhline(0, color="0.6", linewidth=0.6, zorder=0)
        for (phase, label), colour in zip(SHOWN.items(), SERIES[1:], strict=False):
            here = {"condition": condition, "phase": phase}
            curve(axes, rank, exponents.sel(here), colour, label=label, marker="o")
            curve(axes, rank, half.sel(here), colour, label=f"{label}, first half", dashes="--")
            axes.axhline(float(norm.sel(here).mean()), color=colour, linestyle=":", label=f"{label}, norm")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    return per_condition(names_of(dataset), draw_panel, xlabel="rank", ylabel="Lyapunov exponent (1/step)")


DRAWING = Drawing(measures=("lyapunov",), draw=draw)
