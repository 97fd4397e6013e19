"""The whole paper from one command: plan, train what is missing, measure, draw, decide, report."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from quiescent.jobs.job import Job
from quiescent.jobs.places import HERE, Place
from quiescent.machine.lease import leases
from quiescent.studies.doing import do_all
from quiescent.studies.inside.page import inside_jobs
from quiescent.studies.paper.experiments import Family, Scale
from quiescent.studies.paper.plan import finished, make_plan, plan_table
from quiescent.studies.paper.report import make_report
from quiescent.terminal.board import announce
from quiescent.terminal.layout import show


def run_paper(
    out: Path,
    scale: Scale,
    seeds: Sequence[int],
    console: Console,
    *,
    only: Family | None = None,
    place: Place = HERE,
    command: str = "",
    train: bool = True,
) -> Path:
    """Reproduce the paper in a folder, or go on where it was interrupted; returns the report's page.

    Without `train`, of those networks only that are finished.
    """
    began = time.monotonic()
    where = place.usable_device()  # before anything is written
    place.require_ready(out / "engine")
    plan = make_plan(out, scale, seeds, only) if train else finished(make_plan(out, scale, seeds, only))
    show(console, plan_table(plan))
    works = plan.works(where, place.memory())
    if works:
        with leases([out]):  # told at once, if another process works there
            announce(console, works, place)
            with place.open_engine(out / "engine") as engine:
                do_all(console, f"{out}: training", plan.trainings(where, place.memory()), engine)
                jobs = [Job((), [measurement]) for measurement in plan.measurements()]
                do_all(console, f"{out}: measuring", jobs, engine)
                do_all(console, f"{out}: looking inside", inside_jobs(list(plan.watched.values())), engine)
    return make_report(out / "report", plan, console, command=command, device=where, seconds=time.monotonic() - began)
