"""What was stopped, killed or lost goes on to the same bytes, and nothing is done twice."""

import signal
import time

import program
import pytest
import torch
from partly import train_partly
from trained import trained

from quiescent.runs.open import open_runs
from quiescent.runs.run import Metrics
from quiescent.training.populations import populations_of
from quiescent.training.train import batches_left, train

CPU = torch.device("cpu")


def bytes_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("stop", "precision"), [*((stop, "float32") for stop in (1, 3, 4, 7, 9)), (4, "bfloat16"), (4, "float64")]
)
def test_resuming_gives_the_same_run_bit_for_bit(tiny, tmp_path, stop, precision):
    config = tiny("seed=0,1", "network.sigma2_in=0.01", f"training.precision={precision}")
    train(config, tmp_path / "whole")
    runs = open_runs(config, tmp_path / "broken")
    train_partly(runs, stop)
    assert [run.batches_done() for run in runs] == [stop, stop]
    train(config, tmp_path / "broken")
    whole, broken = bytes_of(tmp_path / "whole"), bytes_of(tmp_path / "broken")
    for path in ("checkpoints/batch_000000010.safetensors", "metrics.jsonl", "config.yaml"):
        for seed in ("seed_0", "seed_1"):
            key = next(key for key in whole if str(key) == f"{seed}/{path}")
            assert whole[key] == broken[key], key


def test_a_population_that_lost_its_newest_checkpoint_trains_to_the_same_bytes(tiny, tmp_path):
    config, calls = tiny("seed=0,1"), []
    runs = train(config, tmp_path)
    before = bytes_of(tmp_path)
    for run in runs:
        run.checkpoints()[-1].unlink()
    assert batches_left(runs) == 2
    train(config, tmp_path, on_progress=calls.append)
    assert [progress.batch for progress in calls] == [10, 10]  # the batch before was saved at 9
    assert bytes_of(tmp_path) == before


def test_what_a_killed_process_leaves_behind_does_not_disturb(tiny, tmp_path):
    config = tiny()
    (run,) = train(config, tmp_path)
    checkpoint, log = run.checkpoints()[-1], run.folder / "metrics.jsonl"
    whole, tests = checkpoint.read_bytes(), log.read_bytes()
    checkpoint.rename(checkpoint.with_name(f".{checkpoint.name}.1.tmp"))
    log.write_bytes(tests + tests.splitlines(keepends=True)[-1][:9])  # a test after the checkpoint, and half of one
    assert run.batches_done() == 9
    train(config, tmp_path)
    assert checkpoint.read_bytes() == whole
    assert log.read_bytes() == tests


def test_no_test_is_logged_twice_by_a_process_that_is_killed_before_its_first_checkpoint(tiny, tmp_path):
    (run,) = open_runs(tiny(), tmp_path / "killed")
    run.append_metrics(Metrics(0, 1.0, 1.0))
    train(tiny(), tmp_path / "killed")
    (whole,) = train(tiny(), tmp_path / "whole")
    assert run.metrics() == whole.metrics()


def test_losing_the_newest_checkpoint_costs_only_its_batches(tiny, tmp_path):
    config = tiny("seed=0,1")
    runs = train(config, tmp_path)
    before = bytes_of(tmp_path)
    runs[1].checkpoints()[-1].unlink()
    assert populations_of(runs, CPU) == [[runs[1]]]  # the other member is done
    assert batches_left(runs) == 1
    train(config, tmp_path)
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize(
    "stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGUSR2], ids=lambda number: number.name
)
def test_a_stopped_process_resumes_to_the_same_weights(tiny, tmp_path, stop):
    config = tiny("training.batches=200", "training.save_every=20")
    said = tmp_path / "said.txt"
    process = program.fork(train, config, tmp_path / "killed", out=said, err=said)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("killed/seed_0/checkpoints/batch_*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    process.send_signal(stop)
    process.wait()
    (killed,) = open_runs(config, tmp_path / "killed")
    assert 0 < killed.batches_done() < 200
    if stop != signal.SIGKILL:
        assert f"Interrupted: stopped and saved after {killed.batches_done()} of 200 batches" in said.read_text()
    trained(config, tmp_path / "killed")
    (whole,) = trained(config, tmp_path / "whole")
    assert killed.checkpoints()[-1].read_bytes() == whole.checkpoints()[-1].read_bytes()
    assert killed.metrics() == whole.metrics()


def test_a_finished_run_is_not_trained_twice(tiny, tmp_path):
    train(tiny(), tmp_path)
    before = bytes_of(tmp_path)
    calls = []
    train(tiny(), tmp_path, on_progress=calls.append)
    assert calls == []
    assert bytes_of(tmp_path) == before
