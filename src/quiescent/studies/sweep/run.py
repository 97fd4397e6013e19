"""Run a sweep from a terminal: the plan, the live table, the results, and whatever failed."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from quiescent.figures.style import save
from quiescent.jobs.places import Place
from quiescent.jobs.schedule import Failure, run_jobs
from quiescent.machine.lease import leases
from quiescent.studies.sweep.draw import draw_sweep
from quiescent.studies.sweep.plan import SweepPlan, jobs_of, make_folders, make_plan, require_memory, works_of
from quiescent.studies.sweep.results import gather, save_results
from quiescent.studies.sweep.tables import plan_table, results_table
from quiescent.terminal.board import announce, follow
from quiescent.terminal.layout import show


def run_sweep(
    words: Sequence[str],
    console: Console,
    *,
    measures: Sequence[str],
    place: Place,
    out: Path | None = None,
) -> bool:
    """Train and measure whatever is missing of a grid; returns whether all of it is there now."""
    plan = make_plan(words, measures, out)
    missing = jobs_of(plan, place.usable_device(), place.memory())
    works = works_of(plan, missing)
    require_memory(works, place)
    show(console, plan_table(plan, missing))
    failures: Sequence[Failure] = ()
    if missing:
        place.require_ready(plan.folder / "engine")
        make_folders(plan)
        with leases([plan.folder]):  # told at once, if another process works there
            announce(console, works, place)
            with place.open_engine(plan.folder / "engine") as engine:
                status = follow(console, f"{plan.folder}: jobs", run_jobs(missing, engine))
        failures = status.failures
        if status.retries:
            console.print(f"{status.retries} time(s) a job was killed or stopped, and went on.")
    _report(console, plan)
    for failure in failures:
        for line in failure.message.splitlines():
            _say(console, f"failed: {line}")
    if failures:
        left = jobs_of(plan, place.usable_device(), place.memory())
        done = len(plan.runs) - sum(len(job.runs or job.measurements) for job in left)
        _say(console, f"{done} of {len(plan.runs)} networks are done; the same command tries the others again.")
    return not failures


def _report(console: Console, plan: SweepPlan) -> None:
    results = gather(plan)
    path = save_results(plan, results)
    show(console, results_table(results))
    _say(console, f"Numbers: {path}")
    axes = [axis for axis in plan.axes if axis != "seed"]
    for measure in plan.measures:
        if axes and measure in results and results[measure].notnull().any():
            drawn = plan.folder / "figures" / f"{measure}.png"
            save(draw_sweep(results, measure, axes[0]), drawn)
            _say(console, f"Figure:  {drawn}")
    stored = [name for name in (*plan.measures, "test_error") if name in results]
    if axes and stored:
        _say(console, f"Next: {shlex.join(['quiescent', 'plot', str(plan.folder), stored[0], axes[-1]])}")


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
