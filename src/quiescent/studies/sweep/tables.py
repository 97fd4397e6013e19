"""Tables of a sweep: what is missing, and numbers at every point of the grid."""

import math
import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from quiescent.jobs.job import Job
from quiescent.runs.run import Run
from quiescent.studies.sweep.plan import SweepPlan
from quiescent.studies.sweep.results import SCALARS
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import mean_and_spread

ROWS = 40  # of a table; what is left out is in sweep.nc


def plan_table(plan: SweepPlan, missing: Sequence[Job]) -> Table:
    """Tabulate folders of runs: how many, what is to be trained, in populations of which size, and measured."""
    together = {run: len(job.runs) for job in missing for run in job.runs}
    to_measure = {measurement.run for job in missing for measurement in job.measurements}
    axes = [axis for axis in plan.grid.axes if axis != "seed"]
    folders: dict[Path, list[Run]] = {}
    values: dict[Path, list[str]] = {}
    for run, point in zip(plan.runs, plan.grid.points, strict=True):
        folders.setdefault(run.folder.parent, []).append(run)
        values[run.folder.parent] = [short(point.at[axis]) for axis in axes]
    rows = []
    for folder, runs in list(folders.items())[:ROWS]:
        sizes = ", ".join(map(str, sorted({together[run] for run in runs if run in together}))) or "-"
        counts = len(runs), sum(run in together for run in runs), sum(run in to_measure for run in runs)
        rows.append([shlex.quote(str(folder)), *values[folder], *map(str, counts[:2]), sizes, str(counts[2])])
    left = f"and {len(folders) - ROWS} more folders" if len(folders) > ROWS else ""
    title = f"{len(plan.runs)} network{'s' * (len(plan.runs) > 1)}; results in {shlex.quote(str(plan.folder))}"
    columns = ["folder", *map(last, axes), "networks", "to train", "together", "to measure"]
    return Table(columns, rows, title=title, caption=left)


def results_table(results: xr.Dataset) -> Table:
    """Tabulate mean and spread over seeds of every measure at rest, over all steps, at every point of the grid."""
    axes = [str(dim) for dim in results.coords if dim not in ("seed", *SCALARS)]
    names = [str(name) for name in results.data_vars if _is_shown(results[name], str(name))]
    shape = [results.sizes[axis] for axis in axes]
    rows = []
    for place in list(np.ndindex(*shape))[:ROWS]:
        row = results.isel(dict(zip(axes, place, strict=True)))
        finished = int(row["test_error"].notnull().sum()) if names else 0
        cells = [mean_and_spread(at_rest(row[name]).values) for name in names]
        rows.append([*(short(row[axis].item()) for axis in axes), f"{finished} of {row.sizes['seed']}", *cells])
    units = [results[name].attrs.get("unit") for name in names]
    headings = [f"{name} ({unit})" if unit else name for name, unit in zip(names, units, strict=True)]
    left = f"and {math.prod(shape) - ROWS} more points of the grid" if math.prod(shape) > ROWS else ""
    columns = [*map(last, axes), "networks", *headings]
    return Table(columns, rows, keys=max(1, len(axes)), title="at rest, mean ± sd over seeds", caption=left)


def at_rest(array: xr.DataArray) -> xr.DataArray:
    """Select a measure's main number: of the quiescent phase, over all steps."""
    chosen = {"phase": "quiescent", "reading": "all"}
    return array.sel({dim: label for dim, label in chosen.items() if dim in array.dims}, drop=True)


def last(key: str) -> str:
    """Shorten a dotted key to its last part.

    Examples
    --------
    >>> last("network.units")
    'units'
    """
    return key.rpartition(".")[2]


def short(value: object) -> str:
    """Write a value of a grid in few characters."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_shown(array: xr.DataArray, name: str) -> bool:
    hidden = name.endswith(("_stderr", "_bootstrap")) or name == "test_loss"
    return not hidden and ("phase" not in array.dims or "quiescent" in array["phase"].values)
