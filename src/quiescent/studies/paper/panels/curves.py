"""Panels of curves: learning, and variance explained."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from quiescent.figures.grid import curve
from quiescent.figures.loss import align
from quiescent.figures.style import COLOURS
from quiescent.studies.paper.panels.frame import SMALL, mark_published, say_seeds
from quiescent.studies.paper.published import axis_of
from quiescent.studies.paper.source import Missing, Network, Source


def draw_learning(axes: Axes, source: Source, network: Network) -> None:
    """Draw test loss (left) and decoding error (right) after the first test; mean and standard deviation over seeds."""
    logs = source.tests(network)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    for side, key, colour, unit, label in (
        (axes, "loss", "0.5", 1e-5, "test loss (10$^{-5}$)"),
        (right, "error", "black", 1.0, "decoding error (m²)"),
    ):
        batches, values = align(logs, key)
        batches, values = batches[batches > 0], values[:, batches > 0] / unit
        if not len(batches):
            raise Missing(f"not trained: {source.label(network)}")
        spread = values.std(0, ddof=1) if len(values) > 1 else np.zeros(len(batches))
        side.errorbar(batches, values.mean(0), spread, color=colour, elinewidth=0.5)
        side.set_ylim(0, 1.05 * float((values.mean(0) + spread).max()))
        side.set_ylabel(label, color=colour, labelpad=2)
        published = axis_of("fig1", "b", "test loss" if key == "loss" else "decoding error")
        text = f"paper's axis {published.low / unit:g} to {published.high / unit:g}"
        place = {"loss": (0.97, 0.95), "error": (0.97, 0.86)}[key]
        side.text(*place, text, transform=side.transAxes, ha="right", va="top", color=colour, fontsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.set_xlabel("batches")


def draw_explained(axes: Axes, source: Source, network: Network) -> None:
    """Draw the cumulative variance explained by the components of each phase; mean and spread over seeds."""
    measured, missing = [], None
    for phase in ("active", "quiescent"):
        try:
            values = source.values(network, "dimensionality", "explained", phase)
        except Missing as one:
            missing = one
            continue
        measured.append(values.sizes["seed"])
        numbers = np.arange(1, values.sizes["component"] + 1)
        curve(axes, numbers, values, COLOURS[phase], label=phase, marker="o")
    if not measured and missing is not None:
        raise missing
    low, high = axes.get_ylim()
    published = axis_of("fig1", "c")
    axes.set_ylim(min(low, published.low), max(high, published.high))
    mark_published(axes, published)
    say_seeds(axes, source, network, min(measured))
    axes.set(xlabel="number of PCs", ylabel="explained variance")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
