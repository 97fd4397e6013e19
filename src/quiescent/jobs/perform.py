"""Do a job: train its runs, then measure what is missing of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.linalg import LinAlgError

from quiescent.errors import QuiescentError
from quiescent.evaluation.run import measure_run
from quiescent.jobs.job import Measurement, from_plain
from quiescent.machine.caller import Caller
from quiescent.machine.device import usable_device
from quiescent.training.train import train_for


def perform(caller: Caller, job: Mapping[str, Any], device: str | None) -> None:
    """Do a job, given as `to_plain` writes it: the call that a `Worker` makes for an engine.

    Raises `QuiescentError` for runs that exploded, after all others are trained and measured.
    """
    runs, measurements = from_plain(job)
    exploded = train_for(caller, runs, usable_device(device))
    lost = {error.run for error in exploded}
    measure_missing([measurement for measurement in measurements if measurement.run not in lost], device)
    if exploded:
        raise QuiescentError("\n".join(map(str, exploded)))


def measure_missing(measurements: Sequence[Measurement], device: str | None = None) -> None:
    """Make what is not yet stored of every measurement; every measure is stored with its run as soon as it is made."""
    for run, measures, peers, judges, control in measurements:
        try:
            measure_run(run, measures, peers, judges, device=device, control=control)
        except (ArithmeticError, ValueError, LinAlgError) as error:
            raise QuiescentError(f"{run.folder} could not be measured: {error}") from error
