"""Mean squared displacement against lag, beside the slope of diffusion."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, per_condition, phases_of, reading
from quiescent.figures.style import COLOURS

SHOWN = ("active", "quiescent", "noisy", "random")


def draw(results: Results) -> Figure:
    """One panel per condition, one line per phase, logarithmic; thin line: diffusion."""
    dataset = results["displacement"]
    msd = reading(dataset, "msd")
    time = dataset["lag"].values * float(dataset.attrs["dt"])
    shown = [phase for phase in SHOWN if phase in phases_of(msd)]
    middle = float(msd.sel(phase="active").isel(lag=0).mean())

    def draw_one(axes: Axes, condition: str) -> None:
        axes.set(xscale="log", yscale="log")
        axes.plot(time, middle * time / time[0], color="0.7", linewidth=0.5, label="diffusion (slope 1)")
        for phase in shown:
            values = msd.sel(condition=condition, phase=phase)
            curve(axes, time, values.where(values > 0), COLOURS[phase], label=phase)
        if np.isfinite(middle) and middle > 0:
            axes.set_ylim(bottom=middle * 1e-3)

    unit = dataset["msd"].attrs["unit"].replace("^2", "²")
    return per_condition(names_of(dataset), draw_one, xlabel="lag (s)", ylabel=f"mean squared displacement ({unit})")


DRAWING = Drawing(measures=("displacement",), draw=draw)
