"""Workers: a job is done, or it is said how it ended; and what befalls one run is not the others'."""

import os
import signal
import threading
import time

import pytest

from quiescent.jobs.job import Job, Measurement, to_plain
from quiescent.jobs.parsl import PERFORM, WARM_UP
from quiescent.machine import lease
from quiescent.machine.worker import Ended, Worker
from quiescent.measures import MEASURES
from quiescent.runs.open import open_runs


@pytest.fixture
def worker():
    worker = Worker(WARM_UP)
    yield worker
    worker.close()


def do(worker, job):
    return worker.call(PERFORM, {"job": to_plain(job), "device": "cpu"}, title=job.name)


def measurement(run):
    return Measurement(run, {"distance": MEASURES["distance"].phases}, {"own": run})


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
    ended = do(worker, Job(runs, [measurement(run) for run in runs]))
    assert ended.state == "failed"
    assert ended.message.startswith(f"{bad.folder}: the loss became")
    assert "\n" not in ended.message
    assert [run.finished() for run in runs] == [True, False, True]
    assert [(run.folder / "measures" / "distance.nc").exists() for run in runs] == [True, False, True]


def test_a_worker_does_one_job_after_another_and_one_that_is_killed_takes_nothing_with_it(tiny, tmp_path, worker):
    first, last = (open_runs(tiny(), tmp_path / name)[0] for name in ("first", "last"))
    (long,) = open_runs(tiny("training.batches=100000"), tmp_path / "endless")
    assert do(worker, Job([first])) == ("done", "", ())
    timer = threading.Thread(target=lambda: os.kill(held(long), signal.SIGKILL))
    timer.start()
    assert do(worker, Job([long])) == ("killed", "signal 9", ())
    timer.join()
    assert do(worker, Job([last])).state == "done"


def test_a_worker_that_is_told_to_stop_saves_first_and_takes_no_more(tiny, tmp_path, worker):
    (run,) = open_runs(tiny("training.batches=100000", "training.save_every=100000"), tmp_path)
    timer = threading.Thread(target=lambda: (held(run), time.sleep(0.2), worker.stop()))
    timer.start()
    assert do(worker, Job([run])).state == "stopped"
    timer.join()
    assert 0 < run.batches_done() < 100000
    assert lease.holder(run.folder) is None
    assert do(worker, Job([run])).state == "stopped"


CALLS = """
import time, warnings
def tell(caller, numbers):
    for number in numbers:
        caller.report({"square": number**2})
    warnings.warn("that is all", stacklevel=1)
def sleep(caller, saving):
    if saving:
        with caller.saving():
            caller.report("asleep")
            while not caller.stop_asked():
                time.sleep(0.01)
            caller.report("saved")
    caller.report("asleep")
    time.sleep(60)
def ready():
    warnings.filterwarnings("always")
"""


@pytest.fixture
def calls(tmp_path, monkeypatch):
    (tmp_path / "calls_of_a_test.py").write_text(CALLS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = Worker("calls_of_a_test:ready")
    yield worker
    worker.close()


def test_a_worker_calls_any_function_by_its_name_and_passes_on_what_it_reports(calls):
    reports = []
    ended = calls.call("calls_of_a_test:tell", {"numbers": [1, 2, 3]}, title="squares", on_report=reports.append)
    assert ended == Ended("done", "", ("that is all",))
    assert reports == [{"square": 1}, {"square": 4}, {"square": 9}]


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("calls_of_a_test:nothing", {}, "title: AttributeError: "),
        ("no_such_module:tell", {}, "title: ModuleNotFoundError: No module named 'no_such_module'"),
        ("calls_of_a_test:tell", {"numbers": ["a"]}, "title: TypeError: "),
    ],
)
def test_a_call_that_cannot_be_made_fails_and_the_worker_lives(calls, function, arguments, message):
    ended = calls.call(function, arguments, title="title")
    assert (ended.state, ended.message.startswith(message)) == ("failed", True)
    assert calls.call("calls_of_a_test:tell", {"numbers": []}, title="title").state == "done"


@pytest.mark.parametrize(("saving", "expected"), [(True, ["asleep", "saved"]), (False, ["asleep"])])
def test_a_stop_lets_a_call_save_and_ends_it_at_once_when_it_has_nothing_to_save(calls, saving, expected):
    reports = []

    def stop_it(report):
        reports.append(report)
        calls.stop()

    began = time.monotonic()
    ended = calls.call("calls_of_a_test:sleep", {"saving": saving}, title="sleep", on_report=stop_it)
    assert ended.state == "stopped"
    assert reports == expected
    assert time.monotonic() - began < 20


def test_what_nobody_expected_is_a_failure_that_says_what_it_was(tiny, tmp_path, worker):
    (run,) = open_runs(tiny(), tmp_path)
    (run.folder / "metrics.jsonl").mkdir()
    ended = do(worker, Job([run]))
    assert ended.state == "failed"
    assert str(run.folder) in ended.message
