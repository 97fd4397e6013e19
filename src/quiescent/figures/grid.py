"""Grids of panels, and what goes into many of them: curves and dots with their spread over seeds."""

import math
import textwrap
from collections.abc import Callable, Iterable

import numpy as np
import xarray as xr
from jaxtyping import Float, Shaped
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from quiescent.figures.style import COLOURS, PAGE, panels, style
from quiescent.measures.measure import PAPER
from quiescent.spaces import Space, from_text
from quiescent.statistics import seed_interval

LABEL_WIDTH, TITLE_WIDTH = 28, 22  # characters, before a condition's name is broken beside and above panels
MOST_COLUMNS = 4


def names_of(dataset: xr.Dataset) -> dict[str, str]:
    """Name conditions for a figure: without a folder that they share."""
    conditions = [str(name) for name in dataset["condition"].values]
    shared = len({name.rpartition("/")[0] for name in conditions}) == 1
    return {name: name.rpartition("/")[2] if shared else name for name in conditions}


def phases_of(array: xr.DataArray) -> list[str]:
    """List the phases of which anything was measured."""
    return [str(phase) for phase in array["phase"].values if array.sel(phase=phase).notnull().any()]


def reading(dataset: xr.Dataset, variable: str, which: str = "all", window: str = PAPER) -> xr.DataArray:
    """Select a variable in one reading and one window."""
    array = dataset[variable]
    chosen = {"reading": which, "window": window}
    return array.sel({dim: label for dim, label in chosen.items() if dim in array.dims}, drop=True)


def space_of(dataset: xr.Dataset, condition: str) -> Space:
    """Read the space of a condition's runs."""
    return from_text(str(dataset["space"].sel(condition=condition).item()))


def grid_of(dataset: xr.Dataset, name: str, condition: str) -> Float[np.ndarray, "..."]:
    """Read where the values of a condition's curve or map lie, such as its lags (s)."""
    return np.asarray(first_seed(dataset, name, condition)[name].values)


def first_seed(dataset: xr.Dataset, variable: str, condition: str) -> xr.Dataset:
    """Select a condition's first seed that was measured: of seeds that it lacks, the variable is NaN."""
    results = dataset.sel(condition=condition)
    if "seed" not in results.dims:
        return results
    values = results[variable]
    measured = values.notnull().any([dim for dim in values.dims if dim != "seed"]).values
    return results.isel(seed=int(measured.argmax()))


def phase_title(phase: str) -> str:
    """Write the name of a phase in words."""
    return phase.replace("_", " ")


def per_phase(
    array: xr.DataArray,
    draw_panel: Callable[[Axes, str, xr.DataArray, str], None],
    *,
    names: dict[str, str],
    polar: bool,
) -> Figure:
    """Draw one row per condition and one column per phase: `draw_panel(axes, condition, values, colour)`."""
    columns = phases_of(array)
    with style():
        figure, rows = panels(len(names), len(columns), width=min(PAGE, 2.0 * len(columns)), polar=polar)
        for row, (condition, name) in zip(rows, names.items(), strict=True):
            label = wrapped(name, LABEL_WIDTH)
            at = (-0.3 if polar else -0.08, 0.5)
            row[0].annotate(label, at, xycoords="axes fraction", rotation=90, ha="right", va="center")
            for axes, phase in zip(row, columns, strict=True):
                values = array.sel(condition=condition, phase=phase)
                if not values.notnull().any():
                    axes.set_visible(False)
                    continue
                draw_panel(axes, condition, values, COLOURS.get(phase, COLOURS["quiescent"]))
                axes.set_title(phase_title(phase))
    return figure


def per_condition(
    names: dict[str, str], draw_panel: Callable[[Axes, str], None], *, xlabel: str, ylabel: str, polar: bool = False
) -> Figure:
    """Draw one panel per condition, in rows of four: `draw_panel(axes, condition)`; one legend for all."""
    columns = min(MOST_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    with style():
        width = PAGE * max(columns, 2) / MOST_COLUMNS
        size = (width, 1.9 * rows + 0.45)
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes in grid.flat[len(names) :]:
            axes.set_visible(False)
        for axes, (condition, name) in zip(grid.flat, names.items(), strict=False):
            draw_panel(axes, condition)
            axes.set_title(wrapped(name, TITLE_WIDTH))
            axes.xaxis.set_minor_formatter(NullFormatter())
        for axes in grid[-1]:
            axes.set_xlabel(xlabel)
        figure.supylabel(ylabel, fontsize=7)
        legend(figure, list(grid.flat))
    return figure


def wrapped(name: str, width: int) -> str:
    """Break the name of a condition into lines, before its overrides and between them."""
    return "\n".join(textwrap.wrap(name.replace("+", " +").replace(",", ", "), width))


def legend(figure: Figure, all_axes: Iterable[Axes], columns: int = 4) -> None:
    """Put one legend below a figure, each label once."""
    handles: dict[str, Artist] = {}
    for axes in all_axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        handles = {label: handles[label] for label in sorted(handles, key=_place_in_legend)}
        number = min(columns, len(handles))
        figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=number)


def _place_in_legend(label: str) -> int:
    known = [phase_title(phase) for phase in COLOURS]
    return next((known.index(word) for word in known if label.startswith(word)), len(known))


def curve(
    axes: Axes,
    x: Shaped[np.ndarray, " x"],
    values: xr.DataArray,
    colour: str,
    *,
    label: str | None = None,
    dashes: str = "-",
    marker: str | None = None,
) -> None:
    """Draw the mean over seeds with a band of one standard deviation. `values` has the dimensions seed and one more."""
    table = values.transpose("seed", ...).values
    measured = np.isfinite(table).any(0)
    table, x = table[:, measured], x[measured]
    if len(x):
        mean, spread = np.nanmean(table, 0), np.nanstd(table, 0)
        axes.plot(x, mean, dashes, color=colour, label=label, marker=marker, markersize=2.5)
        if len(table) > 1:
            axes.fill_between(x, mean - spread, mean + spread, color=colour, alpha=0.2, linewidth=0)


def dots(axes: Axes, at: float | int, values: xr.DataArray, colour: str, *, label: str | None = None) -> None:
    """Draw every seed faintly, and their mean with its 95 % interval."""
    seeds = values.values[np.isfinite(values.values)]
    mean, low, high = seed_interval(values.values)
    if not len(seeds):
        return
    axes.plot(np.full(len(seeds), at), seeds, "o", color=colour, alpha=0.35, markersize=2.5, markeredgewidth=0)
    axes.plot([at], [mean], "o", color=colour, markersize=4, label=label)
    if math.isfinite(low):
        # An artist that does not count for the limits: the interval of two seeds is nine times their spread.
        axes.add_artist(Line2D([at, at], [low, high], color=colour, linewidth=1))


def from_zero(axes: Axes) -> None:
    """Let the y axis begin at zero, with room above the highest dot."""
    axes.set_ylim(0, 1.06 * max(axes.get_ylim()[1], 1e-9))


def name_conditions(axes: Axes, names: dict[str, str]) -> None:
    """Write the names of conditions along the x axis."""
    axes.set_xticks(range(len(names)), list(names.values()), rotation=35, ha="right", rotation_mode="anchor")
    axes.set_xlim(-0.6, len(names) - 0.4)


def dashed(label: str) -> Line2D:
    """Make a legend's entry for dashed lines."""
    return Line2D([], [], color="0.4", linestyle="--", label=label)
