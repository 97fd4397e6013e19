"""Validity: what becomes of the code at rest, against time."""

from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, dashed, grid_of, names_of, reading
from quiescent.figures.style import PAGE, SERIES, style
from quiescent.measures.shape import DIVERGED, FADED

PANELS = {  # measure, variable
    "amplitude over behaviour's": ("shape", "amplitude_curve"),
    "distance of the code's shape": ("shape", "shape_curve"),
    "fraction of valid codes": ("validity", "valid"),
}
LOWEST, HIGHEST = 0.02, 50.0  # amplitudes that are shown: what vanishes or explodes leaves the panel


def draw(results: Results) -> Figure:
    """Draw one panel per quantity, one colour per condition; dashed: noise added to a network trained without."""
    names = names_of(results["validity"])
    with style():
        figure = Figure(figsize=(PAGE, 2.4), layout="constrained")
        panels = figure.subplots(1, len(PANELS))
        for axes, (title, (measure, variable)) in zip(panels, PANELS.items(), strict=True):
            dataset = results[measure]
            array = reading(dataset, variable)
            for (condition, name), colour in zip(names.items(), SERIES, strict=False):
                time = grid_of(dataset, "times", condition)
                for phase, dashes in (("quiescent", "-"), ("noise_added", "--")):
                    if phase in array["phase"].values:
                        values = array.sel(condition=condition, phase=phase)
                        label = name if phase == "quiescent" else None
                        curve(axes, time, values, colour, label=label, dashes=dashes)
            axes.set(xscale="log", xlabel="time at rest (s)")
            axes.set_title(title, fontsize=7)
        amplitude, shape, fraction = panels
        amplitude.set(yscale="log")
        low, high = amplitude.get_ylim()
        amplitude.set_ylim(max(low, LOWEST), min(high, HIGHEST))
        amplitude.axhspan(FADED, DIVERGED, color="0.93", zorder=0)
        shape.set_ylim(-0.02, 1.02)
        fraction.set_ylim(-0.02, 1.02)
        handles, labels = amplitude.get_legend_handles_labels()
        if "noise_added" in results["validity"]["phase"].values:
            note = dashed("noise added at rest")
            handles, labels = [*handles, note], [*labels, "noise added at rest"]
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure


DRAWING = Drawing(measures=("shape", "validity"), draw=draw)
