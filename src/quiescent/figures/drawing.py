"""What a figure is: the phases it shows, and a function that draws them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matplotlib.figure import Figure

from quiescent.activity import Activity, Phase
from quiescent.runs import Metrics

# By condition, by phase: one activity per seed.
Conditions = Mapping[str, Mapping[str, Sequence[Activity]]]
# By condition: one test log per seed.
Histories = Mapping[str, Sequence[Sequence[Metrics]]]


class Drawing(NamedTuple):
    """A figure of activities, drawn from nothing else."""

    phases: Mapping[str, Phase]
    draw: Callable[[Conditions], Figure]


class HistoryDrawing(NamedTuple):
    """A figure of test logs, also of unfinished runs."""

    draw: Callable[[Histories], Figure]
