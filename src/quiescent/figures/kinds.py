"""Kinds of motion: mean weights of the models, stacked, over phases."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import SERIES

SHOWN = ("active", "quiescent", "noise_added", "random")
NOTHING = "not testable"


def draw(results: Results) -> Figure:
    """Draw one panel per condition and one bar per phase, with means over seeds; phases that are not judged say so."""
    weight, judged = (reading(results["kinds"], name) for name in ("weight", "judged"))
    shown = [phase for phase in SHOWN if phase in phases_of(judged)]
    models = [str(model) for model in weight["model"].values]

    def draw_panel(axes: Axes, condition: str) -> None:
        for at, phase in enumerate(shown):
            where = {"condition": condition, "phase": phase}
            values = weight.sel(where).mean("seed").values
            if not np.isfinite(values).any():
                if judged.sel(where).notnull().any():  # else the phase is not meant for these networks
                    axes.text(at, 0.5, NOTHING, rotation=90, ha="center", va="center", fontsize=6)
                continue
            ends = np.cumsum(values)
            for model, end, height, colour in zip(models, ends, values, SERIES, strict=False):
                axes.bar(at, height, bottom=end - height, color=colour, width=0.8, label=model)
        axes.set_xticks(range(len(shown)), map(phase_title, shown), rotation=35, ha="right", rotation_mode="anchor")
        axes.set(xlim=(-0.6, len(shown) - 0.4), ylim=(0, 1))

    return per_condition(names_of(results["kinds"]), draw_panel, xlabel="", ylabel="mean weight of the model")


DRAWING = Drawing(measures=("kinds",), draw=draw)
