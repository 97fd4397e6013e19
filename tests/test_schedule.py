"""What the driver makes of how jobs end: an engine of made-up endings, real runs."""

import time
from concurrent.futures import Future

import pytest
from partly import train_partly

from quiescent.jobs import schedule
from quiescent.jobs.job import Job, Measurement, from_plain, to_plain
from quiescent.jobs.schedule import PATIENCE, Engine, run_jobs
from quiescent.machine.lease import BEAT, leases
from quiescent.machine.worker import Ended
from quiescent.measures import MEASURES
from quiescent.runs.open import open_runs
from quiescent.runs.run import Run
from quiescent.training.train import train


class Endings:
    """An engine in which the jobs of a run end as told, one attempt after another."""

    def __init__(self, **endings):
        self.endings = {name: iter(outcomes) for name, outcomes in endings.items()}
        self.submitted, self.stopped = [], False
        self.engine = Engine(self.submit, self.stop, lambda: None, 2)

    def submit(self, job):
        (run,) = job.runs
        self.submitted.append(run.folder.name)
        future = Future()
        outcome = next(self.endings[run.folder.name])
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        elif outcome is not None:
            future.set_result(outcome(run) if callable(outcome) else outcome)
        return future

    def stop(self):
        self.stopped = True


KILLED, DONE = Ended("killed", "signal 9"), Ended("done")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(schedule, "POLL", 0.01)


def test_what_is_killed_lost_or_stopped_goes_on_and_what_fails_does_not(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2,3"), tmp_path)
    made = Endings(
        seed_0=[KILLED, Ended("stopped"), DONE],
        seed_1=[Ended("failed", "the loss became nan")],
        seed_2=[ConnectionError("the node is gone"), DONE],
        seed_3=[Ended("done", warnings=("a checkpoint is damaged",))],
    )
    *_, last = statuses = list(run_jobs([Job([run]) for run in runs], made.engine))
    assert (last.jobs, last.done, last.waiting, last.retries) == (4, 3, 0, 3)
    (failure,) = last.failures
    assert (failure.job.runs, failure.message) == ([runs[1]], "the loss became nan")
    news = [line for status in statuses for line in status.news]
    assert f"{runs[0].folder}: killed (signal 9); goes on" in news
    assert f"{runs[2].folder}: killed (ConnectionError: the node is gone); goes on" in news
    assert "a checkpoint is damaged" in news
    assert len(made.submitted) == 7
    assert not made.stopped


def test_a_job_that_is_killed_again_and_again_without_getting_further_is_given_up(tiny, tmp_path):
    (run,) = open_runs(tiny(), tmp_path)
    made = Endings(seed_0=[KILLED] * 100)
    *_, last = run_jobs([Job([run])], made.engine)
    assert len(made.submitted) == PATIENCE
    said = f"ended {PATIENCE} times in a row without getting further (signal 9). Is there enough memory?"
    assert last.failures[0].message.endswith(said)


@pytest.mark.parametrize(
    "crash", [Ended("killed", "signal 11"), Ended("killed", "exit code 1"), ImportError("no torch")]
)
def test_a_job_that_crashes_twice_in_the_same_way_is_given_up_with_what_it_said(tiny, tmp_path, crash):
    (run,) = open_runs(tiny(), tmp_path)
    made = Endings(seed_0=[KILLED, crash, KILLED, crash, crash, DONE])
    *_, last = run_jobs([Job([run])], made.engine)
    assert len(made.submitted) == 5
    said = "ImportError: no torch" if isinstance(crash, Exception) else crash.message
    assert last.failures[0].message.endswith(f"ended 5 times in a row without getting further ({said}).")


def test_a_job_that_gets_further_each_time_is_never_given_up(tiny, tmp_path):
    (run,) = open_runs(tiny("training.batches=30"), tmp_path)

    def one_more_batch(run):
        train_partly([run], 1)
        return KILLED

    made = Endings(seed_0=[one_more_batch] * 29 + [DONE])
    *_, last = run_jobs([Job([run])], made.engine)
    assert (last.done, last.retries, last.failures) == (1, 29, [])


def test_what_runs_is_told_from_what_waits_and_batches_are_counted(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2"), tmp_path)
    train(tiny("seed=0"), tmp_path)
    made = Endings(seed_0=[DONE], seed_1=[None], seed_2=[None])
    with leases([runs[1].folder]) as (lease,):
        lease.note(4)
        time.sleep(1.5 * BEAT)  # it is told with the next sign of life
        status = next(driver := run_jobs([Job([run]) for run in runs], made.engine))
        assert (status.done, status.waiting) == (1, 1)
        (running,) = status.running
        assert (running.run, running.batch, running.batches) == (runs[1], 4, 10)
        assert (status.batches_done, status.batches) == (10 + 4, 30)
        driver.close()
        assert made.stopped


def test_a_job_is_plain_text_on_its_way_and_the_same_behind_it(tmp_path):
    run, peer = Run(tmp_path / "a"), Run(tmp_path / "b")
    measurement = Measurement(
        run, {name: measure.phases for name, measure in MEASURES.items()}, {"own": run, "other": peer}
    )
    assert from_plain(to_plain(Job([run, peer], [measurement]))) == Job([run, peer], [measurement])
