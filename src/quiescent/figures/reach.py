"""Reach: how often paths go from region to region, and whether in behaviour's order."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import dashed, dots, from_zero, legend, name_conditions, names_of, phase_title, reading
from quiescent.figures.style import COLOURS, PAGE, style

SHOWN = ("active", "quiescent", "noise_added", "random")
APART = 0.15  # between phases of one condition


def draw(results: Results) -> Figure:
    """Draw the rate of reaching another region, and the part of transitions that behaviour makes too."""
    names = names_of(results["reach"])
    with style():
        figure = Figure(figsize=(PAGE * 0.75, 2.6), layout="constrained")
        rates, order = figure.subplots(1, 2)
        _draw_dots(rates, results, "reach", "reach_rate", names)
        rates.set_ylabel("other regions reached (1/s)")
        _draw_dots(order, results, "route_order", "as_behaviour", names)
        order.set_ylabel("part of transitions as in behaviour")
        shuffled = reading(results["route_order"], "shuffled")
        for at, condition in enumerate(names):
            for place, phase in _places(shuffled["phase"].values.tolist()):
                value = float(shuffled.sel(condition=condition, phase=phase).mean())
                order.plot([at + place - APART / 2, at + place + APART / 2], [value] * 2, "--", color=COLOURS[phase])
        order.legend(handles=[dashed("of shuffled visits")], loc="best")
        for axes in (rates, order):
            from_zero(axes)
            name_conditions(axes, names)
        legend(figure, [rates])
    return figure


def _draw_dots(axes: Axes, results: Results, measure: str, variable: str, names: dict[str, str]) -> None:
    values = reading(results[measure], variable)
    for at, condition in enumerate(names):
        for place, phase in _places(values["phase"].values.tolist()):
            label = phase_title(phase) if at == 0 else None
            dots(axes, at + place, values.sel(condition=condition, phase=phase), COLOURS[phase], label=label)


def _places(phases: list[str]) -> list[tuple[float, str]]:
    shown = [phase for phase in SHOWN if phase in phases]
    return [(APART * (number - (len(shown) - 1) / 2), phase) for number, phase in enumerate(shown)]


DRAWING = Drawing(measures=("reach", "route_order"), draw=draw)
