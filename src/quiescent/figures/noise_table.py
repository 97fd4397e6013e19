"""Noise table: what noise does at rest, in networks that were trained with noise and without."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, dashed, names_of, reading
from quiescent.figures.style import PAGE, SERIES, style

PANELS = {
    "variance": "variance of a path",
    "distance": "distance per step",
    "msd_100": "displacement², 100 steps",
    "kl": "KL from behaviour",
    "total_variation": "total variation from behaviour",
    "shape": "shape distance of the code",
    "amplitude": "amplitude of the code",
}
LOGARITHMIC = ("variance", "distance", "msd_100", "amplitude")
COLUMNS = 4


def draw(results: Results) -> Figure:
    """Draw one panel per quantity, one colour per condition; dashed: trained without noise."""
    dataset = results["noise_table"]
    names = names_of(dataset)
    with style():
        figure = Figure(figsize=(PAGE, 4.0), layout="constrained")
        grid = figure.subplots(-(-len(PANELS) // COLUMNS), COLUMNS)
        for axes, (variable, title) in zip(grid.flat, PANELS.items(), strict=False):
            array = reading(dataset, variable)
            unit = array.attrs.get("unit", "").replace("^2", "²")
            for (condition, name), colour in zip(names.items(), SERIES, strict=False):
                factor = reading(dataset, "factor").sel(condition=condition).mean("seed").values
                values = array.sel(condition=condition)
                dashes = "-" if float(dataset["sigma2_rec"].sel(condition=condition)) > 0 else "--"
                if variable in LOGARITHMIC:
                    values = values.where(values > 0)
                curve(axes, factor, values, colour, label=name, dashes=dashes, marker="o")
            axes.set_title(f"{title} ({unit})" if unit else title, fontsize=7)
            axes.set_xticks([0, 1, np.sqrt(2), 2], ["0", "1", "√2", "2"])
            if variable in LOGARITHMIC and bool((array > 0).any()):
                axes.set_yscale("log")
                axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axes.yaxis.set_major_formatter("{x:g}")
                axes.yaxis.set_minor_formatter(NullFormatter())
            else:
                axes.set_ylim(bottom=0)
        for axes in grid[-1]:
            axes.set_xlabel("noise at rest / the task's")
        handles, labels = grid.flat[0].get_legend_handles_labels()
        note = "trained without noise"
        legend = grid.flat[len(PANELS)]
        legend.axis("off")
        legend.legend([*handles, dashed(note)], [*labels, note], loc="center")
    return figure


DRAWING = Drawing(measures=("noise_table",), draw=draw)
