"""Run the study from a terminal: plan, train what is missing, measure, decide, draw, report."""

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from quiescent.jobs.places import HERE, Place
from quiescent.machine.lease import leases
from quiescent.studies.doing import do_all
from quiescent.studies.dynamics.design import Scale
from quiescent.studies.dynamics.plan import make_plan, plan_table
from quiescent.studies.dynamics.report import make_report
from quiescent.terminal.board import announce
from quiescent.terminal.layout import show


def run_dynamics(
    out: Path, scale: Scale, seeds: Sequence[int], console: Console, *, place: Place = HERE, command: str = ""
) -> Path:
    """Do the study in a folder, or go on where it was interrupted; returns the report's page."""
    began = time.monotonic()
    where = place.usable_device()  # before anything is written
    place.require_ready(out / "engine")
    plan = make_plan(out, scale, seeds)
    show(console, plan_table(plan))
    works = plan.works(where, place.memory())
    if works:
        with leases([out]):  # told at once, if another process works there
            announce(console, works, place)
            with place.open_engine(out / "engine") as engine:
                do_all(console, f"{out}: training", plan.trainings(where, place.memory()), engine)
                do_all(console, f"{out}: measuring", plan.measuring(), engine)
    return make_report(out / "report", plan, console, command=command, device=where, seconds=time.monotonic() - began)
