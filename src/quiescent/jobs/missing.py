"""Measuring as jobs: of runs that a user names whatever is not stored, one job for every run."""

from collections.abc import Sequence

from quiescent.evaluation.evaluate import compared, require_measurable
from quiescent.evaluation.run import not_stored
from quiescent.jobs.job import Job, Measurement
from quiescent.quiescence.rest_settings import USUAL, RestSettings
from quiescent.runs.open import require_finished
from quiescent.runs.run import Run


def measuring_jobs(
    names: Sequence[str],
    runs: Sequence[Run],
    asked: RestSettings = USUAL,
    *,
    controls: Sequence[str] = (),
) -> list[Job]:
    """List what `measure(..., reuse=True)` would have to make, of networks and of controls in their place.

    Raises `QuiescentError` as it does, before anything is measured.
    """
    wanted = {name: require_measurable(name, runs, asked, controls=controls) for name in names}
    if not wanted:
        return []
    for run in runs:
        require_finished(run)
    jobs = []
    for _, _, run, peers in compared(runs):
        missing = {control: not_stored(run, wanted, peers, peers, control) for control in (None, *controls)}
        measurements = [Measurement(run, left, peers, peers, control) for control, left in missing.items() if left]
        if measurements:
            jobs.append(Job((), measurements))
    return jobs
