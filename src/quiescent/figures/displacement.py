"""Mean squared displacement against lag, beside the slope of diffusion."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noise_added", "random")


def draw(results: Results) -> Figure:
    """Draw one panel per condition, one line per phase, logarithmic; thin line: diffusion."""
    dataset = results["displacement"]
    msd = reading(dataset, "msd")
    shown = [phase for phase in SHOWN if phase in phases_of(msd)]
    nearest = msd.sel(phase="active").isel(lag=0).mean("seed")

    def draw_panel(axes: Axes, condition: str) -> None:
        time = grid_of(dataset, "lags", condition)
        middle = float(nearest.sel(condition=condition))
        axes.set(xscale="log", yscale="log")
        axes.plot(time, middle * time / np.nanmin(time), color="0.7", linewidth=0.5, label="diffusion (slope 1)")
        for phase in shown:
            values = msd.sel(condition=condition, phase=phase)
            curve(axes, time, values.where(values > 0), COLOURS[phase], label=phase_title(phase))
        lowest = float(nearest.min())
        if np.isfinite(lowest) and lowest > 0:
            axes.set_ylim(bottom=lowest * 1e-3)

    unit = dataset["msd"].attrs["unit"].replace("^2", "²")
    return per_condition(names_of(dataset), draw_panel, xlabel="lag (s)", ylabel=f"mean squared displacement ({unit})")


DRAWING = Drawing(measures=("displacement",), draw=draw)
