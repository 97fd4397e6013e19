"""Processes that do jobs, one core each: networks side by side never wait for one another, nor die together.

A worker is `python -m quiescent.machine.worker`. For every job, a line of JSON on its standard input, it forks a child
that does it and prints progress, warnings and the outcome as lines of JSON; so a job starts at once, and one that is
killed takes nothing with it. When the input ends, or a scheduler says that time is up, the child saves and stops.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NoReturn

import torch

from quiescent.errors import QuiescentError
from quiescent.jobs.job import Job, Outcome, from_plain, to_plain
from quiescent.runs.run import Run
from quiescent.training.loop import STOPS, Exploded, Progress, training_steps, usable_device
from quiescent.training.populations import groups_to_train


class Worker:
    """A worker process, started when it is first needed and again if it was killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    def perform(
        self, job: Job, device: str | None = None, on_progress: Callable[[Progress], None] = lambda _: None
    ) -> Outcome:
        """Do a job, and wait until it is over, however it ends."""
        if self._ended:
            return Outcome("stopped")
        line = json.dumps(to_plain(job) | {"device": device})
        process = self._running()
        outcome, warned = None, []
        with contextlib.suppress(BrokenPipeError, ValueError):  # killed, or told to stop, this very moment
            assert process.stdin is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        for message in _messages(process):
            if "progress" in message:
                on_progress(Progress(**message["progress"]))
            elif "warning" in message:
                warned.append(message["warning"])
            elif "outcome" in message:
                outcome = Outcome(*message["outcome"])
            else:
                return (outcome or _killed(message["ended"]))._replace(warnings=tuple(warned))
        # The worker itself is gone: its child has ended too, after it saved.
        outcome = outcome or (Outcome("stopped") if self._ended else _killed(process.wait()))
        return outcome._replace(warnings=tuple(warned))

    def stop(self) -> None:
        """Let it save and end, now and whenever it is given a job."""
        self._ended = True
        self._hang_up()

    def close(self) -> None:
        """Let it save and end, and wait until it has."""
        self.stop()
        self._wait()

    def _hang_up(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._hang_up()
            self._wait()
            package = str(Path(__file__).parents[2])
            path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "quiescent.machine.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the parent, which then ends our input
            )
        if self._ended:
            self._hang_up()
        return self._process


def _messages(process: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        with contextlib.suppress(ValueError):  # a line that was cut short by a kill
            yield json.loads(line)


def _killed(code: int) -> Outcome:
    return Outcome("killed", f"signal {-code}" if code < 0 else f"exit code {code}")


def train_in_processes(runs: Sequence[Run], number: int) -> Generator[Progress, None, None]:
    """Train every run in its own process, at most `number` at a time; yields each one's batches as they come.

    Closing the iterator, or an error in any run, lets the others save and stop.
    """
    events: queue.SimpleQueue[Progress | Outcome] = queue.SimpleQueue()
    waiting = queue.SimpleQueue[Run]()
    for run in runs:
        waiting.put(run)
    workers = [Worker() for _ in range(min(number, len(runs)))]

    def work(worker: Worker) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                run = waiting.get_nowait()
                try:
                    outcome = worker.perform(Job([run]), "cpu", events.put)
                except Exception as error:
                    outcome = Outcome("failed", f"{run.folder}: its process could not be run ({error})")
                if outcome.state == "killed":
                    said = f"{run.folder}: its process ended with {outcome.message}. Start it again to go on."
                    outcome = outcome._replace(message=said)
                events.put(outcome)

    pool = ThreadPoolExecutor(len(workers))
    try:
        for worker in workers:
            pool.submit(work, worker)
        ended = 0
        while ended < len(runs):
            event = events.get()
            if isinstance(event, Progress):
                yield event
                continue
            ended += 1
            for text in event.warnings:
                warnings.warn(text, stacklevel=2)
            if event.state in ("failed", "killed"):
                raise QuiescentError(event.message)
    finally:
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.get_nowait()
        for worker in workers:
            worker.stop()
        pool.shutdown()
        for worker in workers:
            worker.close()


class _Child:
    """What a worker's child does."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._training = False

    def perform(self, job: Job, device: str | None) -> Outcome:
        for number in STOPS:
            signal.signal(number, lambda *_: self._stop())
        threading.Thread(target=self._wait_for_the_end, daemon=True).start()
        warnings.showwarning = lambda message, *_: _say(warning=str(message))
        try:
            exploded = self._train(job.runs, usable_device(device))
            if self._stopped.is_set():
                return Outcome("stopped")
            lost = {one.run for one in exploded}
            tasks = [task for task in job.tasks if task.run not in lost]
            if tasks:
                from quiescent.jobs.perform import measure  # which takes a second to import

                measure(tasks, device)
        except QuiescentError as error:
            return Outcome("stopped" if self._stopped.is_set() else "failed", str(error))
        except Exception as error:
            sys.excepthook(*sys.exc_info())
            return Outcome("failed", f"{job.name}: {type(error).__name__}: {error}")
        return Outcome("failed", "\n".join(map(str, exploded))) if exploded else Outcome("done")

    def _train(self, runs: Sequence[Run], device: torch.device) -> list[Exploded]:
        """Train all runs; those that explode are left out, and the others of their population go on."""
        exploded: list[Exploded] = []
        left = list(runs)
        self._training = True
        while not self._stopped.is_set() and (groups := groups_to_train(left, device)):
            try:
                self._train_group(groups[0], device)
            except Exploded as error:
                exploded.append(error)
                left.remove(error.run)
        self._training = False
        return exploded

    def _train_group(self, group: Sequence[Run], device: torch.device) -> None:
        steps = training_steps(group, device=device, wait=lambda: not self._stopped.is_set())
        for progress in steps:
            _say(progress=progress._asdict())
            if self._stopped.is_set():
                steps.close()

    def _stop(self) -> None:
        self._stopped.set()
        if not self._training:  # what was measured is stored, and the rest takes too long to wait for
            _say(outcome=Outcome("stopped"))
            os._exit(0)

    def _wait_for_the_end(self) -> None:
        os.read(0, 1)
        self._stop()


def _say(**message: object) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more, and the end of the input says so
        os.write(1, f"{json.dumps(message)}\n".encode())  # at once, whichever thread says it


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines, read byte by byte: what is left must be the child's to read."""
    while line := stream.readline():
        yield line.decode()


def main() -> None:
    """Do jobs until the input ends, each in a child; where there is no fork only one, in this process."""
    torch.set_num_threads(1)
    torch.optim.Adam([torch.zeros(1)])  # the first optimizer imports half of torch: once here, not in every child
    with os.fdopen(0, "rb", buffering=0, closefd=False) as stream:
        for line in _lines(stream):
            values = json.loads(line)
            child = os.fork() if hasattr(os, "fork") else 0
            if child == 0:
                _end(values)
            _, status = os.waitpid(child, 0)
            os.write(1, b"\n")  # should the child have died within a line
            _say(ended=os.waitstatus_to_exitcode(status))


def _end(values: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        _say(outcome=_Child().perform(from_plain(values), values["device"]))
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
