"""Drive jobs through an engine until each is done or failed; what was killed or stopped goes on."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import NamedTuple

from quiescent.jobs.job import Job, Outcome
from quiescent.machine.lease import noted
from quiescent.runs.run import Run

POLL = 0.5  # s between looks at what is running
PATIENCE = 10  # times in a row that a job may be killed without getting further


class Engine(NamedTuple):
    """Where jobs are done: `slots` side by side, if that is known.

    `stop` lets those that run save and end; `check` raises `QuiescentError` if nothing will be done any more.
    """

    submit: Callable[[Job], "Future[Outcome]"]
    stop: Callable[[], None]
    check: Callable[[], None]
    slots: int | None


class Failure(NamedTuple):
    """A job that was given up, and why."""

    job: Job
    message: str


class Running(NamedTuple):
    """A run that a process works on: how far it is, and where that process is."""

    run: Run
    batch: int
    batches: int
    where: str


class Standing(NamedTuple):
    """How the jobs stand. Counts are of jobs, but for batches, each of one network."""

    jobs: int
    done: int
    running: Sequence[Running]  # networks that are trained or measured
    waiting: int
    failures: Sequence[Failure]
    retries: int
    batches_done: int
    batches: int
    news: Sequence[str]  # what happened since the last look that a person should know


class _Entry:
    """A job on its way."""

    def __init__(self, job: Job, future: "Future[Outcome]") -> None:
        self.job = job
        self.future = future
        self.batches = [run.config().training.batches for run in job.runs]
        self.saved = [run.batches_done() for run in job.runs]  # when it was last submitted
        self.done = list(self.saved)  # by what its runs' holders say
        self.in_vain = 0

    def look(self) -> list[Running]:
        """Which of its runs are being trained, and how far they are; or measured, once they are trained."""
        found = []
        for number, (run, batches) in enumerate(zip(self.job.runs, self.batches, strict=True)):
            holder = noted(run.folder)
            if holder is None:
                self.done[number] = run.batches_done()
            else:
                self.done[number] = max(self.done[number], holder.note)
                found.append(Running(run, self.done[number], batches, holder.host))
        if not found and self.done == self.batches:
            found = [
                Running(task.run, sum(self.batches), sum(self.batches), "measuring") for task in self.job.tasks[:1]
            ]
        return found


def run_jobs(jobs: Sequence[Job], engine: Engine) -> Generator[Standing, None, None]:
    """Do jobs; yields how they stand, now and then, and at last when all are done or failed.

    A job that was killed or stopped is submitted again; it is given up after being killed again and again without
    getting further. Closing the iterator lets what runs save and end.
    """
    ended_batches = done = retries = 0
    failures: list[Failure] = []
    try:
        open_entries = [_Entry(job, engine.submit(job)) for job in jobs]
        total = sum(sum(entry.batches) for entry in open_entries)
        while open_entries:
            finished, _ = wait([entry.future for entry in open_entries], POLL, FIRST_COMPLETED)
            engine.check()
            news: list[str] = []
            still_open = []
            for entry in open_entries:
                if entry.future not in finished:
                    still_open.append(entry)
                    continue
                outcome = _outcome(entry.future)
                news += outcome.warnings
                failure = _failure(entry, outcome)
                if outcome.state == "done":
                    done += 1
                    ended_batches += sum(entry.batches)
                elif failure:
                    failures.append(failure)
                    ended_batches += sum(entry.done)
                    news.append(failure.message)
                else:
                    retries += 1
                    news.append(f"{entry.job.name}: {outcome.state} ({outcome.message or 'asked to'}); goes on")
                    entry.future = engine.submit(entry.job)
                    still_open.append(entry)
            open_entries = still_open
            running, waiting, batches_done = _look(open_entries, engine.slots)
            batches_done += ended_batches
            yield Standing(len(jobs), done, running, waiting, failures, retries, batches_done, total, news)
    except BaseException:
        engine.stop()
        raise


def _outcome(future: "Future[Outcome]") -> Outcome:
    try:
        return future.result()
    except Exception as error:  # the engine lost the process, its node, or the connection to it
        return Outcome("killed", f"{type(error).__name__}: {error}")


def _failure(entry: _Entry, outcome: Outcome) -> Failure | None:
    if outcome.state == "failed":
        return Failure(entry.job, outcome.message)
    if outcome.state in ("killed", "stopped"):
        before, entry.saved = entry.saved, [run.batches_done() for run in entry.job.runs]
        entry.done = list(entry.saved)
        entry.in_vain = entry.in_vain + 1 if entry.saved == before else 0
        if entry.in_vain >= PATIENCE:
            said = f"{entry.job.name}: ended {PATIENCE} times in a row without getting further ({outcome.message})."
            return Failure(entry.job, f"{said} Is there enough memory?")
    return None


def _look(entries: Sequence[_Entry], slots: int | None) -> tuple[list[Running], int, int]:
    """What runs, how many jobs wait, and batches done. Engines take jobs in order, so only the first are looked at."""
    running: list[Running] = []
    busy = 0
    for entry in entries[: 50 if slots is None else 2 * slots + 20]:
        if busy == slots:
            break
        found = entry.look()
        running += found
        busy += bool(found)
    return running, len(entries) - busy, sum(sum(entry.done) for entry in entries)
