"""Topology: lifetimes of components, loops and voids of hidden states, beside those of shifted units."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS

CLASSES = 5  # longest ones that are drawn
BETWEEN = 0.26  # of two phases


def draw(results: Results) -> Figure:
    """Draw one panel per condition: dots are classes, of every seed; bars are what 99 % of shifted units stay below."""
    dataset = results["topology"]
    lifetimes, limits = reading(dataset, "lifetimes"), reading(dataset, "null_99")
    shown = phases_of(limits)

    def draw_panel(axes: Axes, condition: str) -> None:
        for number, phase in enumerate(shown):
            where = {"condition": condition, "phase": phase}
            lived = lifetimes.sel(where).transpose("dimension", "class", "seed").values[:, :CLASSES]
            places = np.arange(len(lived)) + BETWEEN * (number - (len(shown) - 1) / 2)
            colour = COLOURS[phase]
            for place, own in zip(places, lived, strict=True):
                axes.plot(np.full(own.size, place), own.ravel(), "o", color=colour, markersize=3, alpha=0.6, mew=0)
            axes.plot([], [], "o", color=colour, markersize=3, label=phase_title(phase))
            heights = limits.sel(where).transpose("dimension", "seed").values
            heights = np.nan_to_num(heights).mean(1)
            axes.bar(places, heights, 0.9 * BETWEEN, color=colour, alpha=0.2, label=f"{phase_title(phase)}, shifted")
        axes.set_xticks(range(lifetimes.sizes["dimension"]), ["components", "loops", "voids"])

    return per_condition(names_of(dataset), draw_panel, xlabel="", ylabel="lifetime over radius of the cloud")


DRAWING = Drawing(measures=("topology",), draw=draw)
