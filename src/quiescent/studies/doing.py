"""Jobs of a study, which needs all of them."""

from collections.abc import Sequence

from rich.console import Console

from quiescent.errors import QuiescentError
from quiescent.jobs.job import Job
from quiescent.jobs.schedule import Engine, run_jobs
from quiescent.terminal.board import follow


def do_all(console: Console, title: str, jobs: Sequence[Job], engine: Engine) -> None:
    """Do all jobs; raises `QuiescentError`, which names every run that failed, after all others are done."""
    if jobs:
        failures = follow(console, title, run_jobs(jobs, engine)).failures
        if failures:
            raise QuiescentError("\n".join(failure.message for failure in failures))
