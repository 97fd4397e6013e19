"""The theory itself: autonomous drift against the score of the density of active states."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, dashed, names_of, reading
from quiescent.figures.style import PAGE, SERIES, style

SHOWN = ("cosine", "cosine_gaussian", "slope_over_theory")


def draw(results: Results) -> Figure:
    """Left: cosine similarity by number of components (dashed: score of one Gaussian); right: slope over theory's.

    Lines on the right: the theory, and what leak alone gives.
    """
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
        right.set(xlabel="components", title="slope over σ²")
        if bool((dataset["slope_over_theory"] > 0).any()):
            _logarithmic(right)
        leaks = np.unique(dataset["leak_slope"].values.round(3))
        for height, label in [(1.0, "theory"), *((leak, "leak alone") for leak in leaks[np.isfinite(leaks)])]:
            right.axhline(height, color="0.6", linewidth=0.6, linestyle="-" if label == "theory" else ":", zorder=0)
            right.annotate(label, (1, height), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=5)
        for axes in (left, right):
            axes.set_xticks(np.asarray(number))
        handles, labels = left.get_legend_handles_labels()
        note = "score of one Gaussian"
        figure.legend([*handles, dashed(note)], [*labels, note], loc="outside lower center", ncols=3)
    return figure


def _logarithmic(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with plain numbers."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())


DRAWING = Drawing(measures=("drift",), draw=draw)
