"""Run a sweep from a terminal: the plan, the live table, the results, and whatever failed."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from rich.console import Console
from rich.table import Table

from quiescent.figures.style import save
from quiescent.jobs.job import Job
from quiescent.jobs.places import Place, open_engine
from quiescent.jobs.schedule import Failure, run_jobs
from quiescent.machine.lease import leases
from quiescent.runs.run import Run
from quiescent.studies.sweep import draw as figure
from quiescent.studies.sweep import plan as sweep
from quiescent.terminal.board import announce, follow
from quiescent.terminal.tables import mean_and_spread, plain_table

ROWS = 40  # of a table; what is left out is in sweep.nc


def run_sweep(
    words: Sequence[str],
    console: Console,
    *,
    measures: Sequence[str],
    place: Place,
    out: Path | None = None,
    dry_run: bool = False,
) -> bool:
    """Train and measure whatever is missing of a grid; returns whether all of it is there now."""
    plan = sweep.make_plan(words, measures, out)
    missing = sweep.jobs_of(plan, place.usable(), place.memory())
    console.print(plan_table(plan, missing))
    if missing:
        announce(console, sweep.works_of(plan, missing), place)
    if dry_run:
        return not missing
    failures: Sequence[Failure] = ()
    if missing:
        place.require_ready()
        sweep.make_folders(plan)
        with leases([plan.folder]), open_engine(place, plan.folder / "engine") as engine:
            standing = follow(console, f"{plan.folder}: jobs", run_jobs(missing, engine))
        failures = standing.failures
        if standing.retries:
            console.print(f"{standing.retries} time(s) a job was killed or stopped, and went on.")
    _report(console, plan)
    for failure in failures:
        for line in failure.message.splitlines():
            console.print(f"failed: {line}", markup=False, soft_wrap=True)
    if failures:
        left = sweep.jobs_of(plan, place.usable(), place.memory())
        done = len(plan.runs) - sum(len(job.runs or job.tasks) for job in left)
        console.print(f"{done} of {len(plan.runs)} networks are done; the same command tries the others again.")
    return not failures


def plan_table(plan: sweep.Plan, missing: Sequence[Job]) -> Table:
    """One row per folder of runs: how many, what is to be trained, in populations of which size, and measured."""
    together = {run: len(job.runs) for job in missing for run in job.runs}
    to_measure = {task.run for job in missing for task in job.tasks}
    axes = [axis for axis in plan.grid.axes if axis != "seed"]
    table = plain_table(*map(_last, axes), "networks", "to train", "together", "to measure", "folder")
    for column in table.columns[:-1]:
        column.no_wrap, column.justify = True, "right"
    folders: dict[Path, list[Run]] = {}
    values: dict[Path, list[str]] = {}
    for run, point in zip(plan.runs, plan.grid.points, strict=True):
        folders.setdefault(run.folder.parent, []).append(run)
        values[run.folder.parent] = [_short(point.at[axis]) for axis in axes]
    for folder, runs in list(folders.items())[:ROWS]:
        sizes = ", ".join(map(str, sorted({together[run] for run in runs if run in together})))
        counts = len(runs), sum(run in together for run in runs), sum(run in to_measure for run in runs)
        table.add_row(*values[folder], *map(str, counts[:2]), sizes, str(counts[2]), str(folder))
    if len(folders) > ROWS:
        table.add_row(*[""] * (len(axes) + 4), f"and {len(folders) - ROWS} more")
    table.title = f"{len(plan.runs)} network{'s' * (len(plan.runs) > 1)}; results in {plan.folder}"
    return table


def _report(console: Console, plan: sweep.Plan) -> None:
    results = sweep.collect(plan)
    path = sweep.save(plan, results)
    console.print(results_table(results))
    console.print(f"Numbers: {path}", soft_wrap=True)
    axes = [axis for axis in plan.grid.axes if axis != "seed"]
    for measure in plan.measures:
        if axes and measure in results and results[measure].notnull().any():
            drawn = plan.folder / "figures" / f"{measure}.png"
            save(figure.draw(results, measure, axes[0]), drawn)
            console.print(f"Figure:  {drawn}", soft_wrap=True)
    stored = [one for one in (*plan.measures, "test_error") if one in results]
    if axes and stored:
        console.print(f"Next: quiescent plot {plan.folder} {stored[0]} {axes[-1]}", soft_wrap=True)


def results_table(results: xr.Dataset) -> Table:
    """A row per point of the grid, seeds aside: mean and spread of every measure at rest, over all steps."""
    axes = [str(dim) for dim in results.coords if dim not in ("seed", *sweep.SCALARS)]
    table = plain_table(*map(_last, axes), "networks")
    names = [str(name) for name in results.data_vars if _is_shown(results[name], str(name))]
    for name in names:
        unit = results[name].attrs.get("unit")
        table.add_column(f"{name}\n({unit})" if unit else name, justify="right", no_wrap=True)
    shape = [results.sizes[axis] for axis in axes]
    for number, place in enumerate(np.ndindex(*shape)):
        if number == ROWS:
            table.add_row(f"and {math.prod(shape) - ROWS} more", *[""] * (len(axes) + len(names)))
            break
        row = results.isel(dict(zip(axes, place, strict=True)))
        there = int(row["test_error"].notnull().sum()) if names else 0
        cells = [mean_and_spread(at_rest(row[name]).values) for name in names]
        table.add_row(*(_short(row[axis].item()) for axis in axes), f"{there} of {row.sizes['seed']}", *cells)
    table.title = "at rest, mean ± sd over seeds"
    return table


def at_rest(array: xr.DataArray) -> xr.DataArray:
    """A measure's main number: of the quiescent phase, over all steps."""
    chosen = {"phase": "quiescent", "reading": "all"}
    return array.sel({dim: label for dim, label in chosen.items() if dim in array.dims}, drop=True)


def _is_shown(array: xr.DataArray, name: str) -> bool:
    hidden = name.endswith(("_stderr", "_bootstrap")) or name == "test_loss"
    return not hidden and ("phase" not in array.dims or "quiescent" in array["phase"].values)


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
