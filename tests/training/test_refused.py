"""What cannot be trained is one error, and nothing is lost."""

import os

import pytest
import torch
from conftest import threads
from partly import train_partly
from safetensors.torch import load_file

from quiescent.errors import QuiescentError
from quiescent.machine.lease import Held, leases
from quiescent.runs.open import open_runs
from quiescent.training.loop import train_together
from quiescent.training.train import batches_left, train


def last(run):
    return load_file(run.checkpoints()[-1])


def bytes_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_an_error_in_one_process_is_the_callers_and_the_others_save(tiny, tmp_path):
    config = tiny("seed=0,1", "training.batches=2000")
    runs = open_runs(config, tmp_path)
    train_partly(runs[:1], 5)
    arrays = runs[0].load_checkpoint().arrays
    runs[0].save_checkpoint(5, arrays | {"streams": arrays["streams"][:, :16]})
    with threads(2), pytest.raises(QuiescentError, match="its random streams were saved on another kind of device"):
        train(config, tmp_path)
    assert batches_left(runs[1:]) > 0


def test_a_killed_process_is_an_error_that_says_how_to_go_on(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("quiescent.machine.worker.sys.executable", str(tmp_path / "killed"))
    (tmp_path / "killed").write_text("#!/bin/sh\nkill -9 $$\n")
    (tmp_path / "killed").chmod(0o755)
    with threads(2), pytest.raises(QuiescentError, match=r"seed_\d: its process ended with signal 9. Start it again"):
        train(tiny("seed=0,1"), tmp_path / "runs")


def test_a_run_that_another_process_works_on_is_left_to_it(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1"), tmp_path)
    with leases([runs[1].folder]) as (held,):
        with pytest.raises(Held, match=rf"{runs[1].folder} is being worked on by process {os.getpid()} on "):
            train(tiny("seed=1"), tmp_path)
        assert runs[1].batches_done() == 0
        held.require()
    assert all(run.finished() for run in train(tiny("seed=0,1"), tmp_path))


def test_a_holder_that_was_taken_for_dead_does_not_save_any_more(tiny, tmp_path):
    (run,) = open_runs(tiny(), tmp_path)

    def take_over(progress):
        if progress.batch == 1:
            next(run.folder.glob("lease_*")).unlink()

    with pytest.raises(Held, match="was taken over"):
        train_together([run], on_progress=take_over)
    assert not run.checkpoints()


def test_streams_that_cannot_be_restored_are_one_error_and_nothing_is_lost(tiny, tmp_path):
    (run,) = open_runs(tiny(), tmp_path)
    train_partly([run], 3)
    arrays = run.load_checkpoint().arrays
    run.save_checkpoint(4, arrays | {"streams": arrays["streams"][:, :16]})  # of a GPU
    before = bytes_of(tmp_path)
    with pytest.raises(QuiescentError, match="seed_0: its random streams were saved on another kind of device"):
        train(tiny(), tmp_path)
    assert bytes_of(tmp_path) == before


def test_another_configuration_in_the_same_folder_is_an_error_that_shows_the_difference(tiny, tmp_path):
    train(tiny(), tmp_path)
    before = bytes_of(tmp_path)
    for words in (("network.tau=2",), ("network.tau=2", "seed=5")):
        with pytest.raises(QuiescentError, match=r"another configuration \(network.tau: 1.0 -> 2.0\)"):
            train(tiny(*words), tmp_path)
    assert bytes_of(tmp_path) == before


def test_a_loss_that_explodes_stops_and_keeps_the_last_good_checkpoint(tiny, tmp_path):
    config = tiny("network.activation=identity", "training.learning_rate=1e4", "training.save_every=1")
    message = r"seed_0: the loss became (inf|nan) at batch 2; the checkpoint of batch 1 is kept. .*smaller training"
    with pytest.raises(QuiescentError, match=message):
        train(config, tmp_path)
    (run,) = open_runs(config, tmp_path)
    assert run.batches_done() == 1
    assert all(torch.isfinite(value).all() for value in last(run).values() if value.is_floating_point())


def test_a_loss_that_explodes_before_the_first_checkpoint_does_not_speak_of_one(tiny, tmp_path):
    with pytest.raises(QuiescentError, match="the loss became") as caught:
        train(tiny("network.activation=identity", "training.learning_rate=1e12"), tmp_path)
    assert "checkpoint of batch 0" not in str(caught.value)
    assert not open_runs(tiny("network.activation=identity", "training.learning_rate=1e12"), tmp_path)[0].checkpoints()
