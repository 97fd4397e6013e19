"""Summary: how far decoded paths go, in four measures, condition by condition."""

from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import dots, legend, name_conditions, names_of, phase_title, phases_of, reading
from quiescent.figures.style import COLOURS, PAGE, style

PANELS = {
    "variance": ("variance", "variance of a path"),
    "distance": ("distance", "distance per step"),
    "displacement": ("msd_100", "squared displacement, 100 steps"),
    "coverage": ("coverage_end", "fraction of visited area"),
}
SHOWN = ("active", "quiescent", "same", "doubled", "noise_added")


def draw(results: Results) -> Figure:
    """Draw one panel per measure, one column of dots per condition, one colour per phase."""
    names = names_of(results["variance"])
    with style():
        figure = Figure(figsize=(PAGE, 2.5), layout="constrained")
        panels = figure.subplots(1, len(PANELS))
        for axes, (measure, (variable, title)) in zip(panels, PANELS.items(), strict=True):
            array = reading(results[measure], variable)
            unit = array.attrs.get("unit", "").replace("^2", "²")
            axes.set_title(f"{title} ({unit})" if unit else title, fontsize=7)
            if measure != "coverage" and bool((array > 0).any()):
                axes.set_yscale("log")
            shown = [phase for phase in SHOWN if phase in phases_of(array)]
            for row, condition in enumerate(names):
                there = [p for p in shown if array.sel(condition=condition, phase=p).notnull().any()]
                for column, phase in enumerate(there):
                    at = row + 0.17 * (column - (len(there) - 1) / 2)
                    values = array.sel(condition=condition, phase=phase)
                    dots(axes, at, values, COLOURS[phase], label=phase_title(phase))
            name_conditions(axes, names)
        legend(figure, panels, columns=5)
    return figure


DRAWING = Drawing(measures=tuple(PANELS), draw=draw)
