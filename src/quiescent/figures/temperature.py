"""Temperature: measures against the strength of noise at rest, beside the theory's law."""

import math

from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, dashed, names_of, reading, space_of
from quiescent.figures.style import PAGE, SERIES, style

Panels = dict[str, tuple[str | None, str]]  # by variable: that of the law, and a title

POSITIONS: Panels = {"kl": ("kl_tempered", "KL from behaviour")}
HEADINGS: Panels = {"total_variation": (None, "total variation from behaviour")}
PANELS: Panels = {
    "spread": ("predicted", "spread of places"),
    "variance": (None, "variance of a path"),
    "distance": (None, "distance per step"),
}


def draw(results: Results) -> Figure:
    """Draw one panel per quantity, one colour per condition; dashed: the law `p^(2/c^2)`; dotted line: sqrt(2).

    Headings are everywhere whatever the noise, so that a KL has no room: of them the total variation is drawn.
    """
    dataset = results["temperature"]
    names = names_of(dataset)
    periodic = all(space_of(dataset, condition).periodic for condition in names)
    shown = (HEADINGS if periodic else POSITIONS) | PANELS
    with style():
        figure = Figure(figsize=(PAGE, 2.4), layout="constrained")
        panels = figure.subplots(1, len(shown))
        for axes, (variable, (law, title)) in zip(panels, shown.items(), strict=True):
            unit = dataset[variable].attrs.get("unit", "").replace("^2", "²")
            for (condition, name), colour in zip(names.items(), SERIES[1:], strict=False):
                factor = reading(dataset, "factor").sel(condition=condition).mean("seed").values
                values = reading(dataset, variable).sel(condition=condition)
                curve(axes, factor, values, colour, label=name, marker="o")
                if law:
                    curve(axes, factor, reading(dataset, law).sel(condition=condition), colour, dashes="--")
            axes.axvline(math.sqrt(2), color="0.5", linestyle=":", linewidth=0.8)
            axes.set_title(f"{title} ({unit})" if unit else title, fontsize=7)
            axes.set(xlabel="noise at rest / trained", ylim=(0, None))
        moving = reading(dataset, next(iter(shown))).where(reading(dataset, "factor") > 0)
        if bool(moving.notnull().any()):  # the density of paths without noise may be so narrow that nothing else shows
            panels[0].set_ylim(0, 1.1 * float(moving.max()))
        handles, labels = panels[0].get_legend_handles_labels()
        note = "law p^(2/c²): its density, its spread"
        figure.legend([*handles, dashed(note)], [*labels, note], loc="outside lower center", ncols=3)
    return figure


DRAWING = Drawing(measures=("temperature",), draw=draw)
