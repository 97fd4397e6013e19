"""Views of rest: one simulation, read over all and over valid steps, over the paper's horizon and in windows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from quiescent.evaluation.apply import Rows, RowStreams, as_dataset, blanked, counted, learn, rows_of, tells_enough
from quiescent.measures.measure import PAPER, SHORTEST, WINDOWS, Activities, Known, Measure
from quiescent.quiescence.activity import Activity, Phase, Rest

READINGS = ("all", "valid")  # all steps; at rest those only whose code some place or heading has
COUNTED = "counted"  # variable that holds the number of trials that count


class View(NamedTuple):
    """A way to look at rest: over which steps, and in which window of time."""

    reading: str
    window: str


def views_of(measure: Measure[Any], phases: Mapping[str, Phase]) -> Iterator[View]:
    """List the views that a measure is applied to."""
    longest = max((phase.steps for phase in phases.values() if isinstance(phase, Rest)), default=0)
    fitting = [window for window, (_, end) in WINDOWS.items() if end <= longest] if measure.windows else []
    for reading in READINGS if measure.readings else READINGS[:1]:
        for window in (PAPER, *fitting):
            yield View(reading, window)


def seen_in(view: View, activity: Activity, measure: Measure[Any]) -> Activity:
    """Cut the activity of a rest to what a view shows. Raises `ValueError` for a rest that ends before the horizon."""
    activity = activity._replace(starts=activity.decoded[0])
    if view.reading == "valid" and activity.valid is not None:
        activity = activity.only(activity.valid)
    steps = len(activity.decoded)
    begin, end = measure.horizon if view.window == PAPER else WINDOWS[view.window]
    if begin >= steps:
        raise ValueError(f"a rest of {steps} steps ends before step {begin}, where the measure begins")
    every = max(1, (end - begin) // SHORTEST) if measure.thin and view.window != PAPER else 1
    return activity.between(begin, min(end, steps), every)


def apply_to_views(
    measure: Measure[Known],
    phases: Mapping[str, Phase],
    activities: Activities,
    streams: RowStreams,
    references: Activities,
) -> xr.Dataset:
    """Apply a measure to every view of a network's rest; dimensions `reading` and `window` come in front.

    Variable `counted` tells of how many trials any step counts; over valid steps, with fewer than 20 of them or less
    than 5 % of all steps, all quantities are NaN.
    """
    resting = {name: isinstance(phase, Rest) for name, phase in phases.items()}

    def seen(view: View, name: str) -> Activity:
        return seen_in(view, activities[name], measure) if resting[name] else activities[name]

    known = learn(measure, {name: seen(View("all", PAPER), name) for name in phases}, references)
    space = next(iter(activities.values())).space
    fixed: Rows = {}  # rows that are the same in every view
    datasets: dict[View, xr.Dataset] = {}
    for view in views_of(measure, phases):
        shown = {name: seen(view, name) for name in phases if name not in fixed}
        rows = rows_of(replace(measure, beside={}) if fixed else measure, shown, known, streams)
        numbers = {name: float(counted(shown[name])) if name in shown else np.nan for name in rows}
        if measure.readings:
            if view.reading == "valid":
                few = [name for name in rows if resting.get(name) and not tells_enough(shown[name])]
                rows |= {name: blanked(measure, rows[name]) for name in few}
            rows = {name: row | {COUNTED: numbers[name]} for name, row in rows.items()}
        fixed = fixed or {name: row for name, row in rows.items() if not resting.get(name, False)}
        order = [name for name in (*phases, *measure.beside) if name in rows or name in fixed]
        whole = {name: rows.get(name, fixed.get(name, {})) for name in order}
        datasets[view] = as_dataset(measure, whole, space)
        if measure.readings:
            title = {"unit": "", "long_name": "trials of which any step counts"}
            datasets[view][COUNTED] = ("phase", [row[COUNTED] for row in whole.values()], title)
    return _stacked(measure, datasets)


def _stacked(measure: Measure[Any], datasets: Mapping[View, xr.Dataset]) -> xr.Dataset:
    """Join the views along `window` and `reading`; what is the same in all of them keeps its dimensions."""
    first = next(iter(datasets.values()))
    same = [name for name in first.variables if "phase" not in first[name].dims]
    windows = list(dict.fromkeys(view.window for view in datasets))
    rows = []
    for reading in dict.fromkeys(view.reading for view in datasets):
        parts = [datasets[View(reading, window)].drop_vars(same, errors="ignore") for window in windows]
        rows.append(xr.concat(parts, xr.Variable("window", windows)) if measure.windows else parts[0])
    together = xr.concat(rows, xr.Variable("reading", list(READINGS))) if measure.readings else rows[0]
    return xr.merge([together, first[same]], combine_attrs="drop_conflicts")
