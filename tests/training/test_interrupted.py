"""Ctrl-C saves the batch it came in, wherever it comes."""

import os
import signal

import pytest
from conftest import threads
from partly import train_partly
from trained import trained

from quiescent.machine.stopping import Interrupted
from quiescent.runs.open import open_runs
from quiescent.training.train import train


def test_ctrl_c_saves_every_process_and_the_same_command_goes_on(tiny, tmp_path):
    config = tiny("seed=0,1,2", "training.batches=400")

    def press(progress):
        if progress.batch == 30:
            os.kill(os.getpid(), signal.SIGINT)

    with threads(2), pytest.raises(Interrupted, match=r"stopped and saved after \d+ of 1200 batches"):
        train(config, tmp_path / "stopped", on_progress=press)
    runs = open_runs(config, tmp_path / "stopped")
    assert max(run.batches_done() for run in runs) >= 30
    assert not all(run.finished() for run in runs)
    trained(config, tmp_path / "stopped")
    for run, whole in zip(runs, trained(config, tmp_path / "whole"), strict=True):
        assert run.checkpoints()[-1].read_bytes() == whole.checkpoints()[-1].read_bytes()


def test_ctrl_c_saves_the_batch_it_came_in(tiny, tmp_path):
    config, handler = tiny(), signal.getsignal(signal.SIGINT)

    def press(progress):
        if progress.batch == 5:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted, match="stopped and saved after 5 of 10 batches"):
        train(config, tmp_path / "stopped", on_progress=press)
    (stopped,) = open_runs(config, tmp_path / "stopped")
    assert stopped.batches_done() == 5
    assert signal.getsignal(signal.SIGINT) is handler
    (stopped,) = train(config, tmp_path / "stopped")
    (whole,) = train(config, tmp_path / "whole")
    assert stopped.checkpoints()[-1].read_bytes() == whole.checkpoints()[-1].read_bytes()


def test_ctrl_c_in_the_last_batch_of_one_group_does_not_begin_the_next(tiny, tmp_path):
    config, calls = tiny("seed=0,1"), []
    train_partly(open_runs(config, tmp_path)[:1], 1)

    def press(progress):
        calls.append(progress.batch)
        if progress.batch == 10:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted):
        train(config, tmp_path, on_progress=press)
    assert calls.count(10) == 1
    assert [run.finished() for run in open_runs(config, tmp_path)] == [True, False]
