"""Populations: who may be in one, how many fit, and that company changes nothing."""

import pytest
import torch
from partly import train_partly
from safetensors.torch import load_file

from quiescent.runs.open import open_runs
from quiescent.runs.run import Run
from quiescent.training.loop import train_together
from quiescent.training.populations import (
    equally_far,
    largest_population,
    plan_populations,
    shapes_of,
    split,
    training_memory,
)
from quiescent.training.train import train

GPU = torch.device("cuda")


def test_members_of_different_noise_bias_and_code_width_end_as_they_would_alone(tiny, tmp_path):
    configs = [
        tiny("seed=0", "training.precision=float64"),
        tiny("seed=1", "training.precision=float64", "network.sigma2_rec=0", "task.biased=true"),
        tiny("seed=1", "training.precision=float64", "network.noise=uniform", "task.place_cells.width=0.5"),
        tiny("seed=2", "training.precision=float64", "network.sigma2_in=0.1", name="spatial_navigation/noisy_biased"),
    ]
    assert len({shapes_of(config) for config in configs}) == 1
    together = [open_runs(config, tmp_path / str(at))[0] for at, config in enumerate(configs)]
    train_together(together)
    for at, (run, config) in enumerate(zip(together, configs, strict=True)):
        (alone,) = train(config, tmp_path / f"alone {at}")
        expected = load_file(alone.checkpoints()[-1])
        for key, found in load_file(run.checkpoints()[-1]).items():
            torch.testing.assert_close(found, expected[key], rtol=1e-9, atol=1e-12, msg=f"{at} {key}")


@pytest.mark.parametrize(
    "word", ["network.units=8", "task.steps=9", "training.batches=9", "task.place_cells.number=9", "network.dt=0.1"]
)
def test_networks_of_other_shapes_or_trainings_are_in_other_populations(tiny, word):
    assert shapes_of(tiny()) != shapes_of(tiny(word))


def test_a_population_is_as_many_as_fit_and_parts_are_as_equal_as_can_be(tiny, tmp_path):
    config = tiny("seed=" + ",".join(map(str, range(10))), "network.units=512", "task.place_cells.number=512")
    members = [(Run(tmp_path / str(member.seed)), member) for member in config.members()]
    need = training_memory(members[0][1])
    assert largest_population(config, 0.0) == 1
    assert largest_population(config, None) is None
    assert [len(group) for group in plan_populations(members, GPU, 100.0 * need)] == [10]
    assert sorted(len(group) for group in plan_populations(members, GPU, 5.1 * need)) == [3, 3, 4]  # four fit
    assert [len(group) for group in plan_populations(members, torch.device("cpu"))] == [1] * 10
    runs = [Run(tmp_path / str(at)) for at in range(11)]
    for size in range(1, 12):
        parts = list(split(runs, size))
        assert [run for part in parts for run in part] == runs
        assert max(map(len, parts)) <= size
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_estimate_of_memory_is_not_below_what_training_holds(tiny, tmp_path):
    """Of arrays over time alone: states, their gradients, what a step keeps, and codes."""
    config = tiny("network.units=512", "task.place_cells.number=512", "task.steps=100", "training.batch_size=200")
    states, codes = 4 * 512 * 101 * 200, 4 * 512 * 100 * 200
    assert training_memory(config) > 3 * states + 2 * codes


def test_after_waiting_runs_go_on_in_groups_that_are_equally_far(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1,2"), tmp_path)
    train_partly(runs[1:2], 1)
    assert equally_far(runs) == [[runs[0], runs[2]], [runs[1]]]
    train_together(runs)
    assert equally_far(runs) == []
