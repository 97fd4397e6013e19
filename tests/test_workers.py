"""Workers: a job is done, or it is said how it ended; and what befalls one run is not the others'."""

import os
import signal
import threading
import time

import pytest

from quiescent.jobs.job import Job, Task
from quiescent.machine import lease
from quiescent.machine.worker import Worker
from quiescent.measures import MEASURES
from quiescent.runs.run import open_runs


@pytest.fixture
def worker():
    one = Worker()
    yield one
    one.close()


def task(run):
    return Task(run, {"distance": MEASURES["distance"].phases}, {"own": run})


def held(run):
    deadline = time.monotonic() + 60
    while (holder := lease.noted(run.folder)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return holder.process


def test_of_several_runs_the_one_that_explodes_fails_and_the_others_are_trained_and_measured(tiny, tmp_path, worker):
    good = open_runs(tiny("seed=0,1"), tmp_path / "good")
    (bad,) = open_runs(tiny("network.activation=identity", "training.learning_rate=1e12"), tmp_path / "bad")
    runs = [good[0], bad, good[1]]
    outcome = worker.perform(Job(runs, [task(run) for run in runs]), "cpu")
    assert outcome.state == "failed"
    assert outcome.message.startswith(f"{bad.folder}: the loss became")
    assert "\n" not in outcome.message
    assert [run.finished() for run in runs] == [True, False, True]
    assert [(run.folder / "measures" / "distance.nc").exists() for run in runs] == [True, False, True]


def test_a_worker_does_one_job_after_another_and_one_that_is_killed_takes_nothing_with_it(tiny, tmp_path, worker):
    first, last = (open_runs(tiny(), tmp_path / name)[0] for name in ("first", "last"))
    (long,) = open_runs(tiny("training.batches=100000"), tmp_path / "endless")
    assert worker.perform(Job([first]), "cpu") == ("done", "", ())
    timer = threading.Thread(target=lambda: os.kill(held(long), signal.SIGKILL))
    timer.start()
    assert worker.perform(Job([long]), "cpu") == ("killed", "signal 9", ())
    timer.join()
    assert worker.perform(Job([last]), "cpu").state == "done"


def test_a_worker_that_is_told_to_stop_saves_first_and_takes_no_more(tiny, tmp_path, worker):
    (run,) = open_runs(tiny("training.batches=100000", "training.save_every=100000"), tmp_path)
    timer = threading.Thread(target=lambda: (held(run), time.sleep(0.2), worker.stop()))
    timer.start()
    assert worker.perform(Job([run]), "cpu").state == "stopped"
    timer.join()
    assert 0 < run.batches_done() < 100000
    assert lease.holder(run.folder) is None
    assert worker.perform(Job([run]), "cpu").state == "stopped"


def test_what_nobody_expected_is_a_failure_that_says_what_it_was(tiny, tmp_path, worker):
    (run,) = open_runs(tiny(), tmp_path)
    (run.folder / "metrics.jsonl").mkdir()
    outcome = worker.perform(Job([run]), "cpu")
    assert outcome.state == "failed"
    assert str(run.folder) in outcome.message
