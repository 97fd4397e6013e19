"""Diffusion along the manifold: measured and predicted growth of the variance, place by place and against noise."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, names_of, reading
from quiescent.figures.style import PAGE, SERIES, style
from quiescent.measures.manifold_diffusion import TIMES, named

LAWS = {"predicted": ("o", "--", "by left eigenvectors"), "naive": ("x", ":", "naive, sigma² / |r'|²")}


def draw(results: Results) -> Figure:
    """Draw a mark per place and prediction on the left, medians against noise on the right, a colour per condition."""
    dataset = results["manifold_diffusion"]
    unit = str(dataset["measured"].attrs["unit"]).replace("^2", "²")
    handles = [
        Line2D([], [], color="0.4", marker=mark, ls=dashes, label=label, markersize=3)
        for mark, dashes, label in LAWS.values()
    ]
    with style():
        figure = Figure(figsize=(PAGE, 3.2), layout="constrained")
        places, noise = figure.subplots(1, 2)
        for (condition, name), colour in zip(names_of(dataset).items(), SERIES[1:], strict=False):
            here = dataset.sel(condition=condition)
            factor = reading(here, "factor").mean("seed").values
            once = here.sel(phase=named(TIMES[0]))
            curve(noise, factor, reading(here, "measured"), colour, label=name, marker="o")
            handles.append(Line2D([], [], color=colour, label=name))
            for law, (mark, dashes, _) in LAWS.items():
                curve(noise, factor, reading(here, law), colour, dashes=dashes)
                measured, predicted = (reading(once, f"{which}_at").values.ravel() for which in ("measured", law))
                places.plot(predicted, measured, mark, color=colour, markersize=3, alpha=0.7)
        places.set(xlabel=f"predicted ({unit})", ylabel=f"measured ({unit})", title="every place, the task's noise")
        _logarithmic(places)
        noise.set(xlabel="noise at rest / the task's", ylabel=f"median over places ({unit})", yscale="log")
        noise.set_xticks(TIMES, ["1", "√2", "2"])
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _logarithmic(axes: Axes) -> None:
    """Let both axes be logarithmic where anything is positive, and draw the line on which predictions hold."""
    values = [np.asarray(data) for line in axes.lines for data in line.get_data()]
    positive = np.concatenate([array[array > 0] for array in values]) if values else np.empty(0)
    if len(positive):
        axes.set(xscale="log", yscale="log")
        ends = [positive.min(), positive.max()]
        axes.plot(ends, ends, color="0.6", linewidth=0.6, zorder=0)


DRAWING = Drawing(measures=("manifold_diffusion",), draw=draw)
