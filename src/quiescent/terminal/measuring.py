"""Measure runs from a terminal: several side by side, with their progress."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from quiescent.errors import QuiescentError
from quiescent.jobs.job import Job
from quiescent.jobs.perform import measure_missing
from quiescent.jobs.places import Local
from quiescent.jobs.schedule import run_jobs
from quiescent.terminal.bars import steps_bar, waiting
from quiescent.terminal.board import follow


def do_measuring(
    console: Console, title: str, jobs: Sequence[Job], *, processes: int | None = None, device: str | None = None
) -> None:
    """Do jobs that measure, by default in a process for every core or GPU; one job alone is done in this process.

    What is made is stored at once, so that a command that was stopped goes on. Raises `QuiescentError`, which names
    every run that could not be measured, after all others are.
    """
    place = Local(processes, device)
    if len(jobs) == 1:
        with waiting(console, title):
            measure_missing(jobs[0].measurements, device)
    elif jobs and (place.slots() == 1 or importlib.util.find_spec("parsl") is None):
        with steps_bar(console, title, total=len(jobs)) as advance:
            for job in jobs:
                measure_missing(job.measurements, device)
                advance()
    elif jobs:
        with place.open_engine(Path()) as engine:
            failures = follow(console, title, run_jobs(jobs, engine)).failures
        if failures:
            raise QuiescentError("\n".join(failure.message for failure in failures))
