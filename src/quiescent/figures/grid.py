"""Grid of panels: one row per condition, one column per phase."""

import textwrap
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.activity import Activity
from quiescent.figures.drawing import Conditions
from quiescent.figures.style import COLOURS, panels, style

LABEL_WIDTH = 28  # characters, before a condition's name is broken


def grid(conditions: Conditions, draw_one: Callable[[Axes, Sequence[Activity], str], None]) -> Figure:
    """Draw every condition's activities in every phase with `draw_one(axes, activities, colour)`."""
    columns = list(dict.fromkeys(phase for one in conditions.values() for phase in one))
    first = next(activities[0] for one in conditions.values() for activities in one.values())
    with style():
        figure, rows = panels(len(conditions), len(columns), width=2.0 * len(columns), polar=first.circular)
        for row, (name, phases) in zip(rows, conditions.items(), strict=True):
            label = "\n".join(textwrap.wrap(name.replace("+", " +").replace(",", ", "), LABEL_WIDTH))
            row[0].annotate(
                label,
                (-0.3 if first.circular else -0.08, 0.5),
                xycoords="axes fraction",
                rotation=90,
                ha="right",
                va="center",
            )
            for axes, phase in zip(row, columns, strict=True):
                if phase not in phases:
                    axes.set_visible(False)
                    continue
                draw_one(axes, phases[phase], COLOURS.get(phase, COLOURS["quiescent"]))
                axes.set_title(phase)
    return figure
