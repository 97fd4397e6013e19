"""Measuring many runs, in processes of their own with one core each; on a GPU one after another."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import NamedTuple

import torch
from numpy.linalg import LinAlgError

from quiescent.activity import Phase
from quiescent.errors import QuiescentError
from quiescent.evaluation import measure_run
from quiescent.runs import Run
from quiescent.training import usable_device


class Task(NamedTuple):
    """Measures of one run, each with its phases, and the runs by condition that it is compared with."""

    run: Run
    measures: Mapping[str, Mapping[str, Phase]]
    peers: Mapping[str, Run]


def measure_all(tasks: Sequence[Task], *, device: str | None = None, jobs: int | None = None) -> Iterator[Task]:
    """Do what is missing of every task, on a CPU `jobs` at a time; yields each as it is done.

    Every measure is stored with its run as soon as it is made, so that nothing is lost when this is stopped.
    """
    number = min(jobs or torch.get_num_threads(), len(tasks))
    if number < 2 or usable_device(device).type != "cpu":
        for task in tasks:
            _measure(task, device)
            yield task
        return
    context = multiprocessing.get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(number, context, initializer=_prepare) as pool:
        try:
            futures = {pool.submit(_measure, task, device): task for task in tasks}
            for future in as_completed(futures):
                future.result()
                yield futures[future]
        except BrokenProcessPool:
            raise QuiescentError("a process that measured ended unexpectedly. Start again to go on.") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()


def _measure(task: Task, device: str | None) -> None:
    try:
        measure_run(task.run, task.measures, task.peers, device=device)
    except (ArithmeticError, ValueError, LinAlgError) as error:
        raise QuiescentError(f"{task.run.folder} could not be measured: {error}") from error


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    torch.set_num_threads(1)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    # A pool's processes wait for work for ever when their parent is killed.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
