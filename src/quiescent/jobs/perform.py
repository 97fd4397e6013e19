"""Measure what is missing of a number of runs."""

from collections.abc import Sequence

from numpy.linalg import LinAlgError

from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import measure_run
from quiescent.jobs.job import Task


def measure(tasks: Sequence[Task], device: str | None = None) -> None:
    """Do what is missing of every task; every measure is stored with its run as soon as it is made."""
    for task in tasks:
        try:
            measure_run(task.run, task.measures, task.peers, device=device)
        except (ArithmeticError, ValueError, LinAlgError) as error:
            raise QuiescentError(f"{task.run.folder} could not be measured: {error}") from error
