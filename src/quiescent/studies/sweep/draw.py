"""Sweep: any measure against any setting that was swept, with intervals over seeds."""

import itertools
import math

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.errors import QuiescentError
from quiescent.figures.style import COLUMN, SERIES, style
from quiescent.statistics import seed_interval
from quiescent.studies.sweep.tables import short

WIDE = 20.0  # ratio of the largest to the smallest value, from which on an axis is logarithmic


def draw_sweep(
    results: xr.Dataset, measure: str, axis: str, *, phase: str = "quiescent", reading: str = "all"
) -> Figure:
    """Draw one line per combination of the other axes: every seed as a dot, means with their 95 % intervals.

    `results` has the dimensions of the grid, `seed` among them. Raises `QuiescentError` for names that it lacks, and
    for more lines than can be told apart.
    """
    array = _chosen(results, measure, phase, reading)
    axes = [str(dim) for dim in array.dims if dim != "seed"]
    if axis not in axes:
        raise QuiescentError(f"'{axis}' was not swept. Swept: {', '.join(axes) or 'only seeds'}.")
    others = [dim for dim in axes if dim != axis]
    lines = list(itertools.product(*(array[dim].values for dim in others)))
    if len(lines) > len(SERIES):
        raise QuiescentError(
            f"{len(lines)} lines cannot be told apart; choose one value, such as {others[0]}={lines[0][0]}."
        )
    values = array[axis].values
    places = values.astype(float) if values.dtype.kind in "if" else np.arange(len(values), dtype=float)
    with style():
        figure = Figure(figsize=(COLUMN, COLUMN * 0.75), layout="constrained")
        plot = figure.subplots()
        for line, colour in zip(lines, SERIES, strict=False):
            table = array.sel(dict(zip(others, line, strict=True))).transpose(axis, "seed").values
            means, lows, highs = np.transpose([seed_interval(seeds) for seeds in table])
            name = ", ".join(
                f"{dim.rpartition('.')[2]} {short(value)}" for dim, value in zip(others, line, strict=True)
            )
            plot.plot(places, means, "-o", color=colour, markersize=3, label=name or None)
            plot.vlines(places, lows, highs, color=colour, linewidth=0.8)
            dots = np.repeat(places, table.shape[1])
            plot.plot(dots, table.ravel(), "o", color=colour, alpha=0.3, markersize=2, markeredgewidth=0)
        _scale(plot, values, places)
        what = f"{measure}, {phase}" if "phase" in results[measure].dims else measure
        unit = array.attrs.get("unit", "").replace("^2", "²")
        plot.set(xlabel=axis, ylabel=f"{what} ({unit})" if unit else what)
        if len(lines) > 1:
            figure.legend(loc="outside lower center", ncols=min(3, len(lines)))
    return figure


def _scale(plot: Axes, values: np.ndarray, places: np.ndarray) -> None:
    """Make the x axis logarithmic where numbers span a wide range, and name every value where they do not."""
    wide = values.dtype.kind in "if" and (places >= 0).all() and places.max() > WIDE * _least(places)
    if wide and (places > 0).all():
        plot.set_xscale("log")
    elif wide:
        plot.set_xscale("symlog", linthresh=_least(places))
    else:
        plot.set_xticks(places, [short(value) for value in values])


def _chosen(results: xr.Dataset, measure: str, phase: str, reading: str) -> xr.DataArray:
    if measure not in results:
        raise QuiescentError(
            f"no measure named '{measure}'. Stored: {', '.join(map(str, results.data_vars)) or 'nothing yet'}."
        )
    array = results[measure]
    for dim, label in (("phase", phase), ("reading", reading)):
        if dim not in array.dims:
            continue
        if label not in array[dim].values:
            raise QuiescentError(f"no {dim} named '{label}'. Stored: {', '.join(map(str, array[dim].values))}.")
        array = array.sel({dim: label}, drop=True)
    if not array.notnull().any():
        raise QuiescentError(f"nothing is stored of '{measure}' in phase '{phase}', reading '{reading}'.")
    return array


def _least(places: np.ndarray) -> float:
    """Find the smallest place that is not zero."""
    above = places[places > 0]
    return float(above.min()) if len(above) else math.inf
