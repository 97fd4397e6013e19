"""Figures as data: the results it is drawn from, and a function that draws them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import xarray as xr
from matplotlib.figure import Figure

from quiescent.runs.log import Metrics
from quiescent.spaces import SpaceClass

# By name of the measure: arrays over condition, seed, mostly reading and phase.
Results = Mapping[str, xr.Dataset]
# By condition: one test log per seed.
Histories = Mapping[str, Sequence[Sequence[Metrics]]]


class Drawing(NamedTuple):
    """A figure of what measures return, drawn from nothing else."""

    measures: tuple[str, ...]
    draw: Callable[[Results], Figure]
    space: SpaceClass | None = None  # the only kind of space that it is for; None: for all


class HistoryDrawing(NamedTuple):
    """A figure of test logs, also of unfinished runs."""

    draw: Callable[[Histories], Figure]
