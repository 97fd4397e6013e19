"""Laws of training: independence of members, exact resume, nothing lost."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from conftest import threads
from partly import train_partly
from safetensors.torch import load_file

from quiescent.errors import QuiescentError
from quiescent.machine.lease import Held, leases
from quiescent.machine.stopping import Interrupted
from quiescent.runs.open import open_runs
from quiescent.runs.run import Metrics
from quiescent.simulation.members import untrained
from quiescent.training.loop import train_together
from quiescent.training.populations import populations_of
from quiescent.training.train import batches_left, train

CPU = torch.device("cpu")


def last(run):
    return load_file(run.checkpoints()[-1])


def bytes_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", ["spatial_navigation/noisy_unbiased", "spatial_navigation/noisy_biased_gru"])
def test_a_member_ends_with_the_same_weights_alone_and_in_company(tiny, tmp_path, name):
    words = ("training.precision=float64", "network.sigma2_in=0.01", "network.sigma2_out=0.01")
    together = open_runs(tiny("seed=0,1,2", *words, name=name), tmp_path / "together")
    train_together(together)  # as one population
    (alone,) = train(tiny("seed=1", *words, name=name), tmp_path / "alone")
    for key, expected in last(alone).items():
        torch.testing.assert_close(last(together[1])[key], expected, rtol=1e-9, atol=1e-12, msg=key)
    assert not torch.allclose(last(together[0])["weights/output"], last(together[1])["weights/output"])


def test_networks_end_with_the_same_bytes_one_by_one_side_by_side_and_on_all_cores(tiny, tmp_path):
    shared = ("network.units=64", "training.batch_size=200")  # enough work to be shared out among cores
    config, calls = tiny("seed=0,1,2", *shared), []
    with threads(1):
        train(config, tmp_path / "one")
    with threads(2):
        train(config, tmp_path / "many", on_progress=calls.append)
        (alone,) = train(tiny("seed=2", *shared), tmp_path / "alone")
    one, many = bytes_of(tmp_path / "one"), bytes_of(tmp_path / "many")
    assert one == many
    assert bytes_of(alone.folder) == bytes_of(tmp_path / "one" / "seed_2")
    assert sorted(progress.batch for progress in calls) == sorted(3 * list(range(1, 11)))


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
    train(config, tmp_path / "stopped")
    train(config, tmp_path / "whole")
    for run, whole in zip(runs, open_runs(config, tmp_path / "whole"), strict=True):
        assert run.checkpoints()[-1].read_bytes() == whole.checkpoints()[-1].read_bytes()


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
    script = f"""
from quiescent.config.load import parse
from quiescent.training.train import train
train(parse({config.to_yaml()!r}, "test"), {str(tmp_path / "killed")!r})
"""
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("killed/seed_0/checkpoints/batch_*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(stop)
    _, said = process.communicate()
    (killed,) = open_runs(config, tmp_path / "killed")
    assert 0 < killed.batches_done() < 200
    if stop != signal.SIGKILL:
        assert f"Interrupted: stopped and saved after {killed.batches_done()} of 200 batches" in said
    train(config, tmp_path / "killed")
    (whole,) = train(config, tmp_path / "whole")
    assert killed.checkpoints()[-1].read_bytes() == whole.checkpoints()[-1].read_bytes()
    assert killed.metrics() == whole.metrics()


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


def test_on_a_gpu_members_at_different_batches_go_on_in_groups(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2"), tmp_path)
    train_partly(runs[1:2], 5)
    assert populations_of(runs, torch.device("cuda")) == [[runs[0], runs[2]], [runs[1]]]
    assert populations_of(runs, CPU) == [[run] for run in runs]
    assert batches_left(runs) == 25


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


def test_streams_that_cannot_be_restored_are_one_error_and_nothing_is_lost(tiny, tmp_path):
    (run,) = open_runs(tiny(), tmp_path)
    train_partly([run], 3)
    arrays = run.load_checkpoint().arrays
    run.save_checkpoint(4, arrays | {"streams": arrays["streams"][:, :16]})  # of a GPU
    before = bytes_of(tmp_path)
    with pytest.raises(QuiescentError, match="seed_0: its random streams were saved on another kind of device"):
        train(tiny(), tmp_path)
    assert bytes_of(tmp_path) == before


def test_a_finished_run_is_not_trained_twice(tiny, tmp_path):
    train(tiny(), tmp_path)
    before = bytes_of(tmp_path)
    calls = []
    train(tiny(), tmp_path, on_progress=calls.append)
    assert calls == []
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


def test_training_lowers_the_error(tiny, tmp_path):
    (run,) = train(tiny("training.batches=300", "training.learning_rate=0.01", "training.test_every=300"), tmp_path)
    first, final = run.metrics()
    assert final.error < 0.5 * first.error
    assert final.loss < 0.5 * first.loss


def test_the_first_step_of_adam_moves_every_weight_by_the_learning_rate_against_its_decay(tiny, tmp_path):
    # A decay this strong outweighs every gradient, and Adam's first step is the sign of what it is given.
    config = tiny("training.batches=1", "training.learning_rate=1e-4", "training.weight_decay=1e6")
    (run,) = train(config, tmp_path)
    for name, weight in untrained(config.members()).network.weights.items():
        torch.testing.assert_close(last(run)[f"weights/{name}"], (weight - 1e-4 * weight.sign())[0], rtol=0, atol=1e-6)


def test_every_test_is_of_the_same_trials_and_noise(tiny, tmp_path):
    still = tiny("training.learning_rate=1e-30", "network.sigma2_out=0.1")
    (run,) = train(still, tmp_path)
    assert [entry.batch for entry in run.metrics()] == [0, 4, 8, 10]
    assert len({(entry.loss, entry.error) for entry in run.metrics()}) == 1


def test_training_leaves_the_global_random_state_alone(tiny, tmp_path):
    before = torch.get_rng_state()
    train(tiny(), tmp_path)
    assert torch.equal(before, torch.get_rng_state())


def test_members_trained_on_recorded_and_heading_tasks_learn_too(tiny, tmp_path):
    words = ("training.batches=200", "training.learning_rate=0.01", "training.test_every=200", "task.dt=0.02")
    for name, cells in (("head_direction/noisy_unbiased", "hd_cells"), ("recorded/sargolini", "place_cells")):
        (run,) = train(tiny(*words, name=name, cells=cells), tmp_path / name)
        first, final = run.metrics()
        assert final.loss < 0.5 * first.loss
