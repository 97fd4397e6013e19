"""Turning: angular velocity of decoded headings, with its mean."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import names_of, per_condition, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS
from quiescent.spaces import Circle
from quiescent.statistics import seed_interval

SHOWN = ("active", "quiescent", "noise_added")


def draw(results: Results) -> Figure:
    """Draw one panel per condition: histograms as lines; means as vertical lines, with the 95 % interval over seeds."""
    dataset = results["turning"]
    histogram, velocity = reading(dataset, "histogram"), reading(dataset, "velocity")
    shown = [phase for phase in SHOWN if phase in phases_of(histogram)]

    def draw_panel(axes: Axes, condition: str) -> None:
        bins = dataset["middle"].sel(condition=condition).mean("seed").values
        for phase in shown:
            where = {"condition": condition, "phase": phase}
            values = histogram.sel(where).mean("seed").values
            if not np.isfinite(values).any():
                continue
            axes.step(bins, values, where="mid", color=COLOURS[phase], label=phase_title(phase))
            mean, low, high = seed_interval(velocity.sel(where).values)
            axes.axvline(mean, color=COLOURS[phase], linestyle="--", linewidth=0.8)
            if np.isfinite(low):
                axes.axvspan(low, high, color=COLOURS[phase], alpha=0.15, linewidth=0)
        axes.axvline(0, color="0.7", linewidth=0.5)
        axes.set_yscale("log")

    return per_condition(names_of(dataset), draw_panel, xlabel="angular velocity (rad/s)", ylabel="density (s/rad)")


DRAWING = Drawing(measures=("turning",), draw=draw, space=Circle)
