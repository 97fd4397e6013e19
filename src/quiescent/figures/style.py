"""Colours, sizes and fonts of every figure; fonts are those that ship with matplotlib."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.errors import QuiescentError
from quiescent.machine.files import writing

# Okabe-Ito colours: told apart by colour-blind readers and in greyscale.
COLOURS = {
    "behaviour": "#333333",
    "active": "#0072B2",
    "trained_on": "#56B4E9",
    "quiescent": "#D55E00",
    "noise_added": "#CC79A7",
    "same": "#E69F00",
    "doubled": "#E69F00",
    "random": "#8C8C8C",
}
# Of conditions that share a panel; dark to light, so that they differ in greyscale too.
SERIES = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999")
COLUMN = 3.35  # inches, one column of a journal
PAGE = 7.0  # inches, two columns
DENSITY_MAP = "magma"

RULES: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.labelsize": 7,
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "legend.fontsize": 6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 0.8,
    "legend.frameon": False,
    "figure.dpi": 150,
    "savefig.dpi": 220,
    "savefig.bbox": "tight",
    "pdf.fonttype": 42,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw inside this context to get the package's look, without touching the user's settings."""
    with mpl.rc_context(RULES):
        yield


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, PDF or SVG; which one follows from the ending of the path."""
    kind = path.suffix.removeprefix(".")
    if kind not in ("png", "pdf", "svg"):
        raise QuiescentError(f"{path}: a figure's name must end in .png, .pdf or .svg.")
    with style(), writing(path) as temporary:
        figure.savefig(temporary, format=kind)


def panels(rows: int, columns: int, *, width: float = PAGE, polar: bool = False) -> tuple[Figure, list[list[Axes]]]:
    """Lay out a grid of square panels."""
    figure = Figure(figsize=(width, width / columns * rows * 1.08), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, subplot_kw={"projection": "polar"} if polar else None)
    return figure, [list(row) for row in axes]
