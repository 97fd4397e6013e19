"""A holder that was silent for too long, and was taken over, writes nothing any more; nor does a lease say nonsense."""

import json
import os
import signal
import time

import program
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trained import train_elsewhere, trained

from quiescent.machine import files, lease
from quiescent.machine.lease import Held, Holder, holder, leases, noted
from quiescent.runs.log import Metrics
from quiescent.runs.open import open_runs
from quiescent.runs.run import Run
from quiescent.training.loop import train_together


def take_over(folder, number=2, *, age=0.0):
    """Do as another machine does that takes a lease over."""
    path = folder / f"lease_{number}.json"
    path.write_text(json.dumps(Holder("far", "another machine", 7, 1)._asdict()))
    os.utime(path, (time.time() - age,) * 2)
    for old in folder.glob("lease_*.json"):
        if old != path:
            old.unlink()
    return path


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("words", [("training.test_every=2",), ("training.save_every=2",)], ids=["log", "checkpoint"])
def test_who_was_taken_over_writes_neither_log_nor_checkpoint(tiny, tmp_path, words):
    (run,), left = open_runs(tiny(*words), tmp_path), {}

    def suspended(progress):
        if progress.batch == 1:
            take_over(run.folder)
            left.update(contents(tmp_path))

    with pytest.raises(Held, match=r"was taken over by process 7 on far; this process was silent for too long"):
        train_together([run], on_progress=suspended)
    assert contents(tmp_path) == left


def test_who_is_taken_over_while_it_writes_does_not_put_the_file_in_its_place(tiny, tmp_path, monkeypatch):
    (run,), works = open_runs(tiny("training.batches=2", "training.save_every=1"), tmp_path), os.fsync

    def suspended(descriptor):
        works(descriptor)
        if any(path.name.startswith(".batch_000000002") for path in run.folder.rglob("*")):
            take_over(run.folder)

    monkeypatch.setattr(files.os, "fsync", suspended)
    with pytest.raises(Held):
        train_together([run])
    assert [path.name for path in (run.folder / "checkpoints").iterdir()] == ["batch_000000001.safetensors"]


def test_a_suspended_process_that_goes_on_changes_nothing_of_the_finished_run(tiny, tmp_path, monkeypatch):
    config = tiny("training.batches=400", "training.save_every=20", "training.test_every=20")
    said = tmp_path / "said.txt"
    process = program.fork(train_elsewhere, config, tmp_path / "runs", out=said, err=said)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("runs/seed_0/checkpoints/batch_*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    (run,) = open_runs(config, tmp_path / "runs")
    assert 0 < run.batches_done() < 400
    os.utime(next(run.folder.glob("lease_*")), (0, 0))
    trained(config, tmp_path / "runs")
    before = contents(tmp_path / "runs")
    process.send_signal(signal.SIGCONT)
    assert process.wait(60) == 1
    assert "was taken over by another process, which has ended since" in said.read_text()
    assert contents(tmp_path / "runs") == before
    assert [test.batch for test in run.metrics()] == list(range(0, 401, 20))


def test_a_lease_of_the_same_name_that_another_process_made_since_is_not_mistaken(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "BEAT", 0.01)
    with leases([tmp_path]) as (held,):
        path = take_over(tmp_path, number=1)
        said = path.read_bytes()
        time.sleep(0.1)
        with pytest.raises(Held, match="process 7 on far"):
            held.require()
    assert path.read_bytes() == said


def test_of_a_test_that_is_logged_twice_or_late_the_last_line_counts_in_its_place(tmp_path):
    run = Run(tmp_path)
    for batch, error in ((0, 1.0), (0, 1.0), (4, 3.0), (8, 2.0), (4, 4.0), (6, 1e30)):
        run.append_metrics(Metrics(batch, 0.5, error))
    assert run.metrics() == [Metrics(0, 0.5, 1.0), Metrics(4, 0.5, 4.0), Metrics(6, 0.5, 1e30), Metrics(8, 0.5, 2.0)]


def test_a_lease_from_the_future_blocks_nobody(tmp_path):
    take_over(tmp_path, age=-3600.0)
    assert holder(tmp_path) is None
    with leases([tmp_path]):
        pass
    assert list(tmp_path.iterdir()) == []


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(Holder._fields), inner),
)
FIELDS = st.fixed_dictionaries(dict.fromkeys(Holder._fields, ODD))


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(FIELDS.map(json.dumps).map(str.encode), st.binary(max_size=40), st.just(b"[" * 4000)))
def test_a_lease_that_says_nonsense_is_of_somebody_unknown(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "lease_3.json"
    path.write_bytes(text)
    said = noted(folder)
    assert said is None or all(isinstance(value, str) or 0 <= value < 2**63 for value in said)
    assert str(holder(folder)).startswith("process ")
    os.utime(path, (0, 0))
    assert holder(folder) is None
    path.unlink()


def test_no_lease_of_this_machine_with_an_impossible_process_is_alive(tmp_path):
    for process in (0, 2**31, 2**62):
        path = take_over(tmp_path)
        mine = lease._myself()
        path.write_text(json.dumps(mine._replace(process=process, began=0)._asdict()))
        assert holder(tmp_path) is None
