"""Learning curves: test loss and decoding error against batches."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from quiescent.figures.drawing import Histories, HistoryDrawing
from quiescent.figures.style import PAGE, style
from quiescent.runs.log import Metrics

TITLES = {"loss": "test loss", "error": "test decoding error (m² or rad²)"}


def draw(histories: Histories) -> Figure:
    """Draw means over seeds with a band of one standard deviation, one line per condition."""
    with style():
        figure = Figure(figsize=(PAGE, PAGE * 0.36), layout="constrained")
        for axes, (key, title) in zip(figure.subplots(1, 2), TITLES.items(), strict=True):
            for name, logs in histories.items():
                batches, values = align(logs, key)
                mean, spread = values.mean(0), values.std(0, ddof=1 if len(values) > 1 else 0)
                (line,) = axes.plot(batches, mean, label=name)
                axes.fill_between(
                    batches, mean - spread, mean + spread, color=line.get_color(), alpha=0.25, linewidth=0
                )
            axes.set(xlabel="training batches", title=title, yscale="log")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def align(logs: Sequence[Sequence[Metrics]], key: str) -> tuple[np.ndarray, np.ndarray]:
    """Select the batches that every seed was tested at, and the values there (seed, batch)."""
    tables = [{entry.batch: getattr(entry, key) for entry in log} for log in logs]
    batches = sorted(set.intersection(*(set(table) for table in tables)))
    return np.array(batches), np.array([[table[batch] for batch in batches] for table in tables])


DRAWING = HistoryDrawing(draw=draw)
