"""What the driver makes of how jobs end: an engine of made-up endings, real runs."""

from concurrent.futures import Future

import pytest

from quiescent.jobs import schedule
from quiescent.jobs.job import Job, Outcome, Task, from_plain, to_plain
from quiescent.jobs.schedule import PATIENCE, Engine, run_jobs
from quiescent.measures import MEASURES
from quiescent.runs.run import Run, open_runs
from quiescent.training.loop import train, training_steps


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


KILLED, DONE = Outcome("killed", "signal 9"), Outcome("done")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(schedule, "POLL", 0.01)


def test_what_is_killed_lost_or_stopped_goes_on_and_what_fails_does_not(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2,3"), tmp_path)
    made = Endings(
        seed_0=[KILLED, Outcome("stopped"), DONE],
        seed_1=[Outcome("failed", "the loss became nan")],
        seed_2=[ConnectionError("the node is gone"), DONE],
        seed_3=[Outcome("done", warnings=("a checkpoint is damaged",))],
    )
    *_, last = standings = list(run_jobs([Job([run]) for run in runs], made.engine))
    assert (last.jobs, last.done, last.waiting, last.retries) == (4, 3, 0, 3)
    (failure,) = last.failures
    assert (failure.job.runs, failure.message) == ([runs[1]], "the loss became nan")
    news = [line for one in standings for line in one.news]
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
    assert f"ended {PATIENCE} times in a row without getting further (signal 9)" in last.failures[0].message


def test_a_job_that_gets_further_each_time_is_never_given_up(tiny, tmp_path):
    (run,) = open_runs(tiny("training.batches=30"), tmp_path)

    def one_more_batch(run):
        steps = training_steps([run])
        next(steps)
        steps.close()
        return KILLED

    made = Endings(seed_0=[one_more_batch] * 29 + [DONE])
    *_, last = run_jobs([Job([run])], made.engine)
    assert (last.done, last.retries, last.failures) == (1, 29, [])


def test_what_runs_is_told_from_what_waits_and_batches_are_counted(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2"), tmp_path)
    train(tiny("seed=0"), tmp_path)
    made = Endings(seed_0=[DONE], seed_1=[None], seed_2=[None])
    steps = training_steps([runs[1]])
    for _ in range(4):
        next(steps)
    runs[1].folder.joinpath("lease_1.json").touch()
    standing = next(driver := run_jobs([Job([run]) for run in runs], made.engine))
    assert (standing.done, standing.waiting) == (1, 1)
    (running,) = standing.running
    assert (running.run, running.batches) == (runs[1], 10)
    assert (standing.batches_done, standing.batches) == (10 + running.batch, 30)
    driver.close()
    assert made.stopped
    steps.close()


def test_a_job_is_plain_text_on_its_way_and_the_same_behind_it(tmp_path):
    run, peer = Run(tmp_path / "a"), Run(tmp_path / "b")
    task = Task(run, {name: measure.phases for name, measure in MEASURES.items()}, {"own": run, "other": peer})
    assert from_plain(to_plain(Job([run, peer], [task]))) == Job([run, peer], [task])
