"""Stationarity: how far the places of rest are from behaviour's, against time."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from quiescent.figures.drawing import Drawing, Results
from quiescent.figures.grid import curve, grid_of, names_of, per_condition, phase_title, phases_of, reading, space_of
from quiescent.figures.style import COLOURS

SHOWN = ("quiescent", "noise_added", "random")


def draw(results: Results) -> Figure:
    """Draw one panel per condition, one line per phase; dashed: other behaviour. Of headings the total variation."""
    dataset = results["stationarity"]
    names = names_of(dataset)
    periodic = all(space_of(dataset, condition).periodic for condition in names)
    variable, title = ("total_variation", "total variation") if periodic else ("kl", "KL (nats)")
    distance, floor = reading(dataset, variable), reading(dataset, f"{variable}_floor")
    shown = [phase for phase in SHOWN if phase in phases_of(distance)]

    def draw_panel(axes: Axes, condition: str) -> None:
        time = grid_of(dataset, "times", condition)
        for phase in shown:
            values = distance.sel(condition=condition, phase=phase)
            curve(axes, time, values, COLOURS[phase], label=phase_title(phase), marker="o")
        label = "other behaviour (floor)"
        height = float(floor.sel(condition=condition).mean())
        axes.axhline(height, color=COLOURS["behaviour"], linestyle="--", linewidth=0.8, label=label)

    figure = per_condition(names, draw_panel, xlabel="time at rest (s)", ylabel=f"{title} from behaviour")
    figure.axes[0].set(xlim=(0, None), ylim=(0, None))  # of all, which share them
    return figure


DRAWING = Drawing(measures=("stationarity",), draw=draw)
