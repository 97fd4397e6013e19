"""Tuning: maps of some units awake and at rest, and how alike the two are."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import first_seed, names_of, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS, DENSITY_MAP, PAGE, style

UNITS = 8  # that are drawn
UNIT_WIDTH = PAGE / UNITS


def draw(results: Results) -> Figure:
    """Draw one row per condition and phase, of the first seed: the same units, evenly spaced in their information."""
    dataset = results["tuning"]
    names, maps = names_of(dataset), reading(dataset, "maps")
    rows = [(condition, phase) for condition in names for phase in phases_of(maps.sel(condition=condition))]
    with style():
        figure = Figure(figsize=(PAGE, UNIT_WIDTH * len(rows) + 0.4), layout="constrained")
        grid = figure.subplots(len(rows), UNITS, squeeze=False)
        for (condition, phase), row in zip(rows, grid, strict=True):
            measured = first_seed(dataset, "information", condition)
            units = _units(reading(measured, "information").sel(phase="active"))
            label = f"{phase_title(phase)}\n{similarity_text(measured, phase)}"
            row[0].set_ylabel(f"{names[condition]}\n{label}" if phase == "active" else label, fontsize=5.5)
            own = reading(measured, "maps").sel(phase=phase)
            for axes, unit in zip(row, units, strict=False):
                _draw_map(axes, own.isel(unit=unit).values, COLOURS[phase])
                if phase == "active":
                    axes.set_title(_scores(measured, int(unit)), fontsize=5.5)
            for axes in row[len(units) :]:
                axes.set_visible(False)
    return figure


def similarity_text(measured: xr.Dataset, phase: str) -> str:
    """Say how alike the maps of a phase are to the units' own awake, and to other units'."""
    same, other = (float(reading(measured, f"similarity_{name}").sel(phase=phase)) for name in ("mean", "other"))
    return f"r {same:.2f}, others' {other:.2f}"


def _units(values: xr.DataArray) -> np.ndarray:
    """Choose units from the least to the most informative one."""
    order = np.argsort(values.values)
    order = order[np.isfinite(values.values[order])]
    return np.asarray(order[np.linspace(0, len(order) - 1, min(UNITS, len(order))).astype(int)])


def _scores(measured: xr.Dataset, unit: int) -> str:
    titles = {"information": "{:.1f} bits", "grid_maximum": "grid {:.1f}", "border": "border {:.1f}"}
    values = {text: float(reading(measured, name).sel(phase="active").isel(unit=unit)) for name, text in titles.items()}
    return "\n".join(text.format(value) for text, value in values.items() if np.isfinite(value))


def _draw_map(axes: Axes, values: np.ndarray, colour: str) -> None:
    if values.ndim == 1:
        axes.plot(values, color=colour)
    else:
        axes.imshow(values.T, origin="lower", cmap=DENSITY_MAP, rasterized=True)
    axes.set(xticks=[], yticks=[])


DRAWING = Drawing(measures=("tuning",), draw=draw)
