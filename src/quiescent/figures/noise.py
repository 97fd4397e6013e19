"""Noise: measures at rest against the variance of noise in training."""

from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import dots, from_zero, reading
from quiescent.figures.style import COLOURS, PAGE, style

PANELS = {
    "kl": ("kl", "KL from behaviour (nats)"),
    "variance": ("variance", "variance of a path"),
    "coverage": ("coverage_end", "fraction of visited area"),
    "validity": ("lifetime", "time until the code fades (s)"),
}


def draw(results: Results) -> Figure:
    """Draw one panel per measure, one column of dots per condition, in the order of their noise."""
    dataset = results["kl"]
    variances = {
        str(name): float(value)
        for name, value in zip(dataset["condition"].values, dataset["sigma2_rec"].values, strict=True)
    }
    ordered = sorted(variances, key=lambda name: variances[name])
    with style():
        figure = Figure(figsize=(PAGE, 2.1), layout="constrained")
        for axes, (measure, (variable, title)) in zip(figure.subplots(1, len(PANELS)), PANELS.items(), strict=True):
            array = reading(results[measure], variable).sel(phase="quiescent")
            for at, condition in enumerate(ordered):
                one = array.sel(condition=condition)
                dots(axes, at, one.sel(reference=condition) if "reference" in one.dims else one, COLOURS["quiescent"])
            axes.set_xticks(range(len(ordered)), [f"{variances[name]:g}" for name in ordered], rotation=35, ha="right")
            axes.set_xlim(-0.5, len(ordered) - 0.5)
            axes.set_xlabel("σ² in training")
            axes.set_title(title, fontsize=7)
            from_zero(axes)
    return figure


DRAWING = Drawing(measures=tuple(PANELS), draw=draw)
