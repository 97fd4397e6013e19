"""Panel of the KL matrix: behaviour of every network in rows, rest of every network in columns."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from quiescent.studies.paper.panels.frame import SMALL, SOFT, colour_bar, note
from quiescent.studies.paper.published import axis_of, words
from quiescent.studies.paper.source import MATRIX, Missing, Source, kl_matrix


def draw_matrix(axes: Axes, source: Source) -> None:
    """Draw the mean KL of rest (columns) from behaviour (rows) over seeds; in columns that are missing, say why."""
    matrix, missing = kl_matrix(source), _missing(source)
    if not matrix.notnull().any():
        raise Missing("\n".join(missing.values()))
    means, measured = matrix.mean("seed").values, matrix.notnull().sum("seed").values
    highest = float(np.nanmax(means)) or 1.0
    axes.set_facecolor("0.96")
    image = axes.imshow(means, cmap=mpl.colormaps["viridis_r"], vmin=0, vmax=highest)
    for row, column in np.ndindex(*means.shape):
        value = means[row, column]
        if np.isfinite(value):
            colour = "white" if value > 0.45 * highest else "black"
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour, fontsize=SMALL)
        elif column not in missing:
            axes.text(column, row, "-", ha="center", va="center", color=SOFT, fontsize=SMALL)
    for column, reason in missing.items():
        note(axes, reason, ((column + 0.5) / means.shape[1], 0.5), rotation=90)
    names = [words(network).replace(" ", "\n") for network in MATRIX]
    axes.set_xticks(range(means.shape[1]), [*names, "uniform\ndensity", "untrained"])
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0, labelsize=SMALL)
    axes.spines[:].set_visible(False)
    there = measured[measured > 0]
    seeds = f"{there.min()}" if there.min() == there.max() else f"{there.min()} to {there.max()}"
    axes.set(xlabel=f"quiescent (mean of {seeds} seed{'' if seeds == '1' else 's'})", ylabel="active")
    colour_bar(axes, image, "KL (nats)", axis_of("fig2", "e"))


def _missing(source: Source) -> dict[int, str]:
    """Find the columns of networks that are missing, and why."""
    reasons = {}
    for column, network in enumerate(MATRIX):
        try:
            source.values(network, "kl", "kl", "quiescent")
        except Missing as missing:
            reasons[column] = str(missing)
    return reasons
