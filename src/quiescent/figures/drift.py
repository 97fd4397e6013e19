"""The theory itself: autonomous drift against the score of the density of active states."""

import numpy as np
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, dashed, names_of, reading
from quiescent.figures.style import PAGE, SERIES, style

SHOWN = ("cosine", "cosine_gaussian", "slope_over_theory")


def draw(results: Results) -> Figure:
    """Left: cosine similarity by number of components (dashed: score of one Gaussian); right: slope over theory's."""
    dataset = results["drift"]
    names = names_of(dataset)
    number = dataset["components"].values
    with style():
        figure = Figure(figsize=(PAGE * 0.75, 2.5), layout="constrained")
        left, right = figure.subplots(1, 2)
        for (condition, name), colour in zip(names.items(), SERIES, strict=False):
            one = {key: reading(dataset, key).sel(condition=condition) for key in SHOWN}
            curve(left, number, one["cosine"], colour, label=name, marker="o")
            curve(left, number, one["cosine_gaussian"], colour, dashes="--")
            curve(right, number, one["slope_over_theory"], colour, marker="o")
        left.axhline(0, color="0.7", linewidth=0.5)
        left.set(xlabel="components", title="cosine of drift and score", ylim=(-0.2, 1))
        right.axhline(1, color="0.7", linewidth=0.5)
        right.set(xlabel="components", title="slope over σ²")
        if bool((dataset["slope_over_theory"] > 0).any()):
            right.set_yscale("log")
        for axes in (left, right):
            axes.set_xticks(np.asarray(number))
        handles, labels = left.get_legend_handles_labels()
        note = "score of one Gaussian"
        figure.legend([*handles, dashed(note)], [*labels, note], loc="outside lower center", ncols=3)
    return figure


DRAWING = Drawing(measures=("drift",), draw=draw)
