"""Figure of the study: every number against adaptation, a line for each friction, a column for each environment."""

import math
import textwrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from quiescent.figures.style import PAGE, SERIES, style
from quiescent.statistics import seed_interval
from quiescent.studies.dynamics.design import ADAPTATIONS, FRICTIONS, NETWORKS, Way, label
from quiescent.studies.dynamics.results import SHOWN, of_seeds
from quiescent.studies.paper.effects import Results

CONTROL = "untrained"  # that is drawn beside the networks
WIDTH = 20  # characters of a label beside a row
SHIFT = 0.08  # between lines, so that intervals do not hide one another


def draw(results: Results) -> Figure:
    """Draw means over seeds with their 95 % intervals; dotted, the untrained network of the first seed."""
    with style():
        figure = Figure(figsize=(PAGE, 1.25 * len(SHOWN)), layout="constrained")
        grid = figure.subplots(len(SHOWN), len(NETWORKS), sharex=True, sharey="row", squeeze=False)
        for row, (key, (*_, title)) in zip(grid, SHOWN.items(), strict=True):
            for axes, name in zip(row, NETWORKS, strict=True):
                _panel(axes, results, name, key)
            row[0].set_ylabel(textwrap.fill(title, WIDTH))
            row[0].set_ylim(bottom=0)  # of the whole row, once all of it is drawn
        for above, below, networks in zip(grid[0], grid[-1], NETWORKS.values(), strict=True):
            above.set_title(networks.title)
            below.set_xlabel("adaptation")
        handles = [
            Line2D([], [], color=colour, marker="o", markersize=3, label=f"friction {friction:g}")
            for friction, colour in zip(FRICTIONS, SERIES, strict=False)
        ]
        dotted = Line2D([], [], color="0.4", linestyle=":", label=f"{CONTROL} network")
        figure.legend(handles=[*handles, dotted], loc="outside lower center", ncols=len(handles) + 1)
    return figure


def _panel(axes: Axes, results: Results, name: str, key: str) -> None:
    places = np.arange(len(ADAPTATIONS))
    for number, (friction, colour) in enumerate(zip(FRICTIONS, SERIES, strict=False)):
        conditions = [label(name, Way(friction, adaptation)) for adaptation in ADAPTATIONS]
        means, lows, highs = np.transpose([seed_interval(of_seeds(results, name, one, key)) for one in conditions])
        at = places + SHIFT * (number - 1)
        axes.plot(at, means, "-o", color=colour, markersize=3)
        axes.vlines(at, lows, highs, color=colour, linewidth=0.8)
        beside = [next(iter(of_seeds(results, name, one, key, CONTROL)), math.nan) for one in conditions]
        axes.plot(at, beside, ":", color=colour)
    axes.set_xticks(places, [f"{adaptation:g}" for adaptation in ADAPTATIONS])
