"""Laws of learning: members are independent, every test is the same, and errors fall."""

import pytest
import torch
from conftest import threads
from partly import train_partly
from safetensors.torch import load_file
from trained import trained

from quiescent.runs.open import open_runs
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


def test_on_a_gpu_members_at_different_batches_go_on_in_groups(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2"), tmp_path)
    train_partly(runs[1:2], 5)
    assert populations_of(runs, torch.device("cuda")) == [[runs[0], runs[2]], [runs[1]]]
    assert populations_of(runs, CPU) == [[run] for run in runs]
    assert batches_left(runs) == 25


def test_training_lowers_the_error(tiny, tmp_path):
    (run,) = trained(tiny("training.batches=300", "training.learning_rate=0.01", "training.test_every=300"), tmp_path)
    first, final = run.metrics()
    assert final.error < 0.5 * first.error
    assert final.loss < 0.5 * first.loss


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
        (run,) = trained(tiny(*words, name=name, cells=cells), tmp_path / name)
        first, final = run.metrics()
        assert final.loss < 0.5 * first.loss
