"""Readings: measures over all steps at rest, and over those only whose code is valid."""

from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import dots, from_zero, legend, name_conditions, names_of, reading
from quiescent.figures.style import COLOURS, PAGE, style

PANELS = {
    "kl": ("kl", "KL from behaviour (nats)"),
    "variance": ("variance", "variance of a path"),
    "distance": ("distance", "distance per step"),
    "coverage": ("coverage_end", "fraction of visited area"),
    "validity": ("valid_fraction", "fraction of valid steps"),
}
READINGS = {"all": COLOURS["quiescent"], "valid": COLOURS["behaviour"]}


def draw(results: Results) -> Figure:
    """Draw one panel per measure of the quiescent phase, one column per condition, both readings side by side."""
    names = names_of(results["kl"])
    with style():
        figure = Figure(figsize=(PAGE, 2.5), layout="constrained")
        panels = figure.subplots(1, len(PANELS))
        for axes, (measure, (variable, title)) in zip(panels, PANELS.items(), strict=True):
            both = "reading" in results[measure][variable].dims
            for number, (which, colour) in enumerate(READINGS.items()):
                if number and not both:
                    break
                array = reading(results[measure], variable, which).sel(phase="quiescent")
                for row, condition in enumerate(names):
                    one = array.sel(condition=condition)
                    one = one.sel(reference=condition) if "reference" in one.dims else one
                    label = f"{which} steps" if both else None
                    dots(axes, row + (0.2 * number - 0.1) * both, one, colour, label=label)
            axes.set_title(title, fontsize=7)
            from_zero(axes)
            name_conditions(axes, names)
        legend(figure, panels)
    return figure


DRAWING = Drawing(measures=tuple(PANELS), draw=draw)
