"""Drive jobs through an engine until each is done or failed; what was killed or stopped goes on."""

import re
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import NamedTuple

from quiescent.errors import QuiescentError
from quiescent.jobs.job import Job
from quiescent.machine.lease import noted
from quiescent.machine.worker import Ended
from quiescent.runs.run import Run

POLL = 0.5  # s between looks at what is running
PATIENCE = 10  # times in a row that a job may be killed from outside without getting further
CRASHES = 2  # times in a row that it may end by itself in the same way
# How jobs end that a scheduler stops, or whose node or process is taken away; all other endings are their own.
OUTSIDE = re.compile(r"$|signal (1|2|9|10|12|15)$|ManagerLost|WorkerLost|ConnectionError")


class Engine(NamedTuple):
    """Do jobs somewhere: `slots` side by side, if that is known.

    `stop` lets those that run save and end; `check` raises `QuiescentError` if nothing will be done any more.
    """

    submit: Callable[[Job], "Future[Ended]"]
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


class Status(NamedTuple):
    """How far the jobs are. Counts are of jobs, but for batches, each of one network."""

    jobs: int
    done: int
    running: Sequence[Running]  # networks that are trained or measured
    waiting: int
    failures: Sequence[Failure]
    retries: int
    batches_done: int
    batches: int
    news: Sequence[str]  # what happened since the last look that a person should know


def run_jobs(jobs: Sequence[Job], engine: Engine) -> Generator[Status, None, None]:
    """Do jobs; yields their status now and then, and at last when all are done or failed.

    A job that was killed or stopped is submitted again; it is given up after being killed again and again, or crashing
    twice in the same way, without getting further. Closing the iterator lets what runs save and end.
    """
    try:
        ends = _Ends()
        entries = [_Entry(job, engine.submit(job)) for job in jobs]
        batches = sum(sum(entry.batches) for entry in entries)
        while entries:
            finished, _ = wait([entry.future for entry in entries], POLL, FIRST_COMPLETED)
            engine.check()
            ends.news = []
            for entry in [entry for entry in entries if entry.future in finished]:
                if ends.goes_on(entry):
                    entry.future = engine.submit(entry.job)
                else:
                    entries.remove(entry)
            running, waiting, batches_done = _look(entries, engine.slots)
            batches_done += ends.batches
            yield Status(
                len(jobs), ends.done, running, waiting, ends.failures, ends.retries, batches_done, batches, ends.news
            )
    except BaseException:
        engine.stop()
        raise


class _Entry:
    """A job on its way."""

    def __init__(self, job: Job, future: "Future[Ended]") -> None:
        self.job = job
        self.future = future
        self.batches = [run.batches_wanted() for run in job.runs]
        self.saved = [run.batches_done() for run in job.runs]  # when it was last submitted
        self.done = list(self.saved)  # by what its runs' holders say
        self.in_vain = self.alike = 0  # endings in a row without getting further; of those, equal to the last
        self.said = ""

    def look(self) -> list[Running]:
        """Look which of its runs are being trained, and how far they are; or measured, once they are trained."""
        running = []
        for number, (run, batches) in enumerate(zip(self.job.runs, self.batches, strict=True)):
            holder = noted(run.folder)
            if holder is None:
                self.done[number] = _saved(run, self.done[number])
            else:
                self.done[number] = max(self.done[number], min(holder.note, batches))
                running.append(Running(run, self.done[number], batches, holder.host))
        if not running and self.done == self.batches:
            total = sum(self.batches)
            running = [Running(run, total, total, "measuring") for run, *_ in self.job.measurements[:1]]
        return running

    def failure(self, ended: Ended) -> Failure | None:
        """Tell whether to give the job up, and why; one that was killed or stopped is, if it gets no further."""
        if ended.state == "failed":
            return Failure(self.job, ended.message)
        if ended.state in ("killed", "stopped"):
            before, self.saved = self.saved, list(map(_saved, self.job.runs, self.saved))
            self.done = list(self.saved)
            further, again = self.saved != before, ended.message == self.said
            self.in_vain, self.said = 0 if further else self.in_vain + 1, ended.message
            self.alike = 0 if further else self.alike + 1 if again else 1
            if self.in_vain >= PATIENCE or (self.alike >= CRASHES and not OUTSIDE.match(ended.message)):
                said = f"{self.job.name}: ended {self.in_vain} times in a row without getting further"
                hint = " Is there enough memory?" if ended.message == "signal 9" else ""
                return Failure(self.job, f"{said} ({ended.message or 'asked to'}).{hint}")
        return None


def _saved(run: Run, before: int) -> int:
    """Count the batches that are saved, as before if that cannot be read now: whoever trains the run says why."""
    try:
        return run.batches_done()
    except QuiescentError:
        return before


class _Ends:
    """How jobs ended, counted."""

    def __init__(self) -> None:
        self.done = self.retries = self.batches = 0
        self.failures: list[Failure] = []
        self.news: list[str] = []

    def goes_on(self, entry: _Entry) -> bool:
        """Count how a job ended; returns whether it is to be submitted again."""
        ended = _ended(entry.future)
        self.news += ended.warnings
        failure = entry.failure(ended)
        if ended.state == "done":
            self.done += 1
            self.batches += sum(entry.batches)
        elif failure:
            self.failures.append(failure)
            self.batches += sum(entry.done)
            self.news.append(failure.message)
        else:
            self.retries += 1
            self.news.append(f"{entry.job.name}: {ended.state} ({ended.message or 'asked to'}); goes on")
            return True
        return False


def _ended(future: "Future[Ended]") -> Ended:
    try:
        return future.result()
    except Exception as error:  # the engine lost the process, its node, or the connection to it
        return Ended("killed", f"{type(error).__name__}: {error}")


def _look(entries: Sequence[_Entry], slots: int | None) -> tuple[list[Running], int, int]:
    """Look what runs, how many jobs wait, and how many batches are done.

    Engines take jobs in order, so only the first are looked at.
    """
    running: list[Running] = []
    busy = 0
    for entry in entries[: 50 if slots is None else 2 * slots + 20]:
        if busy == slots:
            break
        runs = entry.look()
        running += runs
        busy += bool(runs)
    return running, len(entries) - busy, sum(sum(entry.done) for entry in entries)
