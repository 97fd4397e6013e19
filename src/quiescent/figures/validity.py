"""Validity: what becomes of the code at rest, against time."""

from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, dashed, grid_of, names_of, reading
from quiescent.figures.style import PAGE, SERIES, style

PANELS = {
    "total": "read-out activity over behaviour's",
    "distance": "distance to the nearest valid code",
    "valid": "fraction of valid codes",
}


HIGHEST = (4.0, 100.0)  # of activity and distance


def draw(results: Results) -> Figure:
    """Draw one panel per quantity, one colour per condition; dashed: noise added to a network trained without."""
    dataset = results["validity"]
    names = names_of(dataset)
    with style():
        figure = Figure(figsize=(PAGE, 2.4), layout="constrained")
        panels = figure.subplots(1, len(PANELS))
        for axes, (variable, title) in zip(panels, PANELS.items(), strict=True):
            array = reading(dataset, variable)
            for (condition, name), colour in zip(names.items(), SERIES, strict=False):
                time = grid_of(dataset, "times", condition)
                for phase, dashes in (("quiescent", "-"), ("noise_added", "--")):
                    if phase in array["phase"].values:
                        values = array.sel(condition=condition, phase=phase)
                        label = name if phase == "quiescent" else None
                        curve(axes, time, values, colour, label=label, dashes=dashes)
            axes.set(xscale="log", xlabel="time at rest (s)", yscale="log" if variable == "distance" else "linear")
            axes.set_title(title, fontsize=7)
        panels[0].axhline(1, color="0.7", linewidth=0.5)
        for axes, highest in zip(panels, HIGHEST, strict=False):  # what explodes leaves the panel
            low, high = axes.get_ylim()
            axes.set_ylim(max(low, -1.0) if axes is panels[0] else low, min(high, highest))
        panels[2].set_ylim(-0.02, 1.02)
        handles, labels = panels[0].get_legend_handles_labels()
        if "noise_added" in dataset["phase"].values:
            note = dashed("noise added at rest")
            handles, labels = [*handles, note], [*labels, "noise added at rest"]
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure


DRAWING = Drawing(measures=("validity",), draw=draw)
