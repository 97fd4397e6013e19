"""Sweeps in processes of their own: small ones, how they are started and watched, and what they leave."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import program

from quiescent import cli
from quiescent.machine import lease
from quiescent.runs.run import all_runs

NOISY = "spatial_navigation/noisy_unbiased"
SMALL = [
    "network.units=16",
    "task.place_cells.number=12",
    "task.steps=8",
    "training.batch_size=10",
    "training.test_every=50",
]
QUICK = [*SMALL, "training.batches=12", "training.save_every=5"]
LONG = [*SMALL, "training.batches=800", "training.save_every=10"]
SETTINGS = {"PYTHONPATH": str(Path(cli.__file__).parents[1]), "COLUMNS": "200", "OMP_NUM_THREADS": "1"}


def words_of(words, measures="distance"):
    return ["sweep", *words, "--measures", measures]


@contextlib.contextmanager
def driver(folder, *words, **more):
    """A sweep in a process of its own; whatever it started is gone in the end."""
    said = folder / "said.txt"
    process = program.fork(program.main, words_of(words, **more), folder=folder, out=said, err=said, **SETTINGS)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(folder):
    return (folder / "said.txt").read_text(encoding="utf-8")


def sweep(folder, *words, **more):
    return program.finish(program.main, words_of(words, **more), folder=folder, **SETTINGS)


def sweep_as_users_do(folder, *words, **more):
    """A sweep in a process of which nothing is prepared."""
    call = [sys.executable, "-c", "from quiescent.cli import main; main()", *words_of(words, **more)]
    return subprocess.run(
        call, cwd=folder, env=os.environ | SETTINGS, capture_output=True, text=True, check=False, timeout=300
    )


def weights(folder):
    return {
        f"{run.folder.parent.name}/{run.folder.name}": (run.checkpoints()[-1].read_bytes(), run.metrics())
        for run in all_runs(folder)
    }


def holders(folder):
    """Processes that train."""
    found = (lease.noted(run.folder) for run in all_runs(folder))
    return [one.process for one in found if one is not None]


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


@contextlib.contextmanager
def paused(processes):
    """Processes that stand still for a while, so that nothing of theirs ends meanwhile."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)
