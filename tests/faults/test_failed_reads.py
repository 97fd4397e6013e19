"""Reads that fail, on a network file system say: an error that names file and cause, and nothing is changed."""

import errno
import os
from concurrent.futures import Future

import pytest
from partly import train_partly

from quiescent.errors import QuiescentError
from quiescent.jobs.job import Job
from quiescent.jobs.schedule import _Entry
from quiescent.machine.worker import Ended
from quiescent.runs import checkpoints
from quiescent.runs.open import open_runs
from quiescent.training.train import train

FAILURES = {
    "batch_000000006.safetensors": ("read_bytes", "stat"),
    "checkpoints": ("iterdir",),
    "metrics.jsonl": ("read_bytes",),
    "config.yaml": ("read_bytes",),
    "seed_0": ("iterdir",),  # where leases lie
    "runs": ("iterdir",),  # where other seeds do
}


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EACCES], ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize(("name", "method"), [(name, method) for name, ways in FAILURES.items() for method in ways])
def test_a_failed_read_is_named_and_training_goes_on_once_it_works_again(
    tiny, tmp_path, monkeypatch, name, method, number
):
    out = tmp_path / "runs"
    (run,) = open_runs(tiny(), out)
    train_partly([run], 6)
    before = contents(out)
    checkpoints._problem.cache_clear()
    (wrong,) = [path for path in [out, *out.rglob("*")] if path.name == name]
    works = getattr(type(out), method)

    def fails(path, *arguments, **words):
        if path == wrong:
            raise OSError(number, os.strerror(number))
        return works(path, *arguments, **words)

    with monkeypatch.context() as patched:
        patched.setattr(type(out).__mro__[1], method, fails)
        with pytest.raises(QuiescentError) as caught:
            train(tiny(), out)
    assert str(caught.value) == f"cannot read {wrong}: {os.strerror(number)}"
    assert contents(out) == before
    train(tiny(), out)
    assert run.finished()


def test_of_a_checkpoint_that_its_trainer_removes_meanwhile_the_newer_one_is_found(tiny, tmp_path, monkeypatch):
    (run,) = train(tiny(), tmp_path)
    newest = run.checkpoints()[-1]
    works = checkpoints.problem

    def slow(path):
        if newest.stem.endswith("10"):
            for old in run.checkpoints():
                old.rename(old.with_name(old.name.replace("batch_0000000", "batch_0000001")))
            monkeypatch.undo()
        return works(path)

    monkeypatch.setattr(checkpoints, "problem", slow)
    assert run.batches_done() == 110


def test_who_drives_many_runs_does_not_stop_because_one_cannot_be_read_now(tiny, tmp_path, monkeypatch):
    (run,) = open_runs(tiny(), tmp_path)
    train_partly([run], 6)
    entry = _Entry(Job([run]), Future())

    def fails(path):
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr("pathlib.Path.iterdir", fails)
    assert entry.look() == []
    assert entry.failure(Ended("killed")) is None
    assert entry.done == entry.saved == [6]
