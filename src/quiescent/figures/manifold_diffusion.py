"""Diffusion along the manifold: measured and predicted growth of the variance, place by place and against noise."""

import numpy as np
from jaxtyping import Float
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
        _logarithmic(places, "xy")
        _identity(places)
        noise.set(xlabel="noise at rest / the task's", ylabel=f"median over places ({unit})")
        _logarithmic(noise, "y")
        noise.set_xticks(TIMES, ["1", "√2", "2"])
        figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _drawn(axes: Axes) -> Float[np.ndarray, "axis point"]:
    points = [np.array(line.get_data(), float) for line in axes.lines]
    drawn = np.concatenate(points, 1) if points else np.empty((2, 0))
    return drawn[:, np.isfinite(drawn).all(0)]


def _logarithmic(axes: Axes, which: str) -> None:
    """Let an axis be logarithmic if anything that is drawn is positive along it."""
    for values, axis in zip(_drawn(axes), "xy", strict=True):
        if axis in which and (values > 0).any():
            axes.set(**{f"{axis}scale": "log"})


def _identity(axes: Axes) -> None:
    """Draw the line on which predictions hold."""
    drawn = _drawn(axes)
    positive = drawn[:, (drawn > 0).all(0)]
    if positive.size:
        ends = [positive.min(), positive.max()]
        axes.plot(ends, ends, color="0.6", linewidth=0.6, zorder=0)


DRAWING = Drawing(measures=("manifold_diffusion",), draw=draw)
