"""However work is shared out among lanes, cores and products, the numbers are those of one."""

import hypothesis
import numpy as np
import pytest
import torch
from conftest import threads
from formulas import CPU, all_in_one, fresh, members
from hypothesis import strategies as st

from quiescent.config.load import load_config
from quiescent.machine.lanes import PART, Lanes, parts_of
from quiescent.networks import NETWORKS, Kind
from quiescent.networks.vanilla import vanilla
from quiescent.quiescence.activity import Active, Rest
from quiescent.quiescence.observe import observe
from quiescent.simulation.loss import loss_gradients, losses_and_errors
from quiescent.simulation.members import sample, untrained
from quiescent.streams import BLOCK


@pytest.mark.parametrize(
    ("members", "trials", "units", "used"),
    [(1, 200, 512, 2), (1, 500, 512, 3), (1, 300, 64, 3), (1, 500, 60, 1), (1, 100, 512, 1), (8, 100, 32, 1)],
)
def test_small_networks_are_shared_out_among_fewer_lanes(members, trials, units, used):
    with threads(3), Lanes(CPU) as lanes:
        ran = lanes.map(lambda share, scratch: id(scratch), members, trials, units)
    count = torch.zeros(members, trials)
    for share, _ in ran:
        count[share.member, share.trials] += 1
    assert (count == 1).all()
    assert len({scratch for _, scratch in ran}) == used


@hypothesis.given(st.integers(1, 1000), st.integers(1, 600))
def test_every_trial_is_in_one_part_and_parts_are_even(trials, units):
    parts = parts_of(trials, units)
    assert [trial for part in parts for trial in range(part.start, part.stop)] == list(range(trials))
    assert all(part.start % BLOCK == 0 for part in parts)
    blocks = [-(-(part.stop - part.start) // BLOCK) for part in parts]
    assert max(blocks) - min(blocks) <= 1
    assert len(parts) == 1 or max(blocks) * BLOCK <= PART


@pytest.mark.parametrize(
    "words", [(), ("network.kind=gru",), ("network.bias=true", "training.precision=bfloat16")], ids=str
)
def test_no_number_depends_on_the_number_of_cores(words):
    words = ("network.units=64", "task.place_cells.number=80", "task.steps=12", *words)
    config = load_config("spatial_navigation/noisy_unbiased", *words)
    population = untrained(config.members())
    rest = Rest(trials=300, steps=30, burn_in=2, states=True)

    def numbers(cores):
        with threads(cores), Lanes(CPU) as lanes:
            batch = sample(population, 300, fresh(population, 300))
            losses, gradients = loss_gradients(population, batch, fresh(population, 300), lanes)
            errors = losses_and_errors(population, batch, fresh(population, 300), lanes)
            used = len({scratch for _, scratch in lanes.map(lambda _, scratch: id(scratch), 1, 300, 64)})
        with threads(cores):
            seen = observe(population, rest, judge=True)[0]
        return used, [losses.numpy(), *(gradients[name].numpy() for name in sorted(gradients)), *errors, seen.states]

    used, alone = numbers(1)
    assert used == 1
    for cores in (2, 3):
        used, beside = numbers(cores)
        assert used == cores
        for one, other in zip(alone, beside, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("words", [(), ("network.kind=gru",), ("network.kind=plain",), ("network.bias=true",)], ids=str)
@pytest.mark.parametrize(
    ("name", "cells"),
    [("spatial_navigation/noisy_unbiased", "place_cells"), ("head_direction/noisy_unbiased", "hd_cells")],
)
def test_all_members_in_one_product_as_on_a_gpu_give_the_same(name, cells, words, monkeypatch):
    monkeypatch.setitem(NETWORKS, "plain", Kind(vanilla))  # by autograd
    words = (*words, "network.sigma2_rec=0", f"task.{cells}.number=100")  # noise has other streams there
    population = members(*words, name=name, cells=cells)
    with Lanes(CPU) as apart, Lanes(CPU) as together:
        together.map = all_in_one
        batch = sample(population, 30, fresh(population, 30))
        arguments = (population, batch, fresh(population, 30))
        (losses, gradients), (alike, same) = (loss_gradients(*arguments, lanes) for lanes in (apart, together))
        torch.testing.assert_close(losses, alike)
        torch.testing.assert_close(gradients, same)
        assert losses_and_errors(*arguments, apart) == pytest.approx(np.array(losses_and_errors(*arguments, together)))
    for phase in (Active(30, states=True, drift=True), Rest(30, 70, burn_in=5, noise="same", states=True)):
        expected = observe(population, phase, judge=True)
        with monkeypatch.context() as patch:
            patch.setattr(Lanes, "map", lambda _, *arguments: all_in_one(*arguments))
            found = observe(population, phase, judge=True)
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_allclose(one.states, other.states, atol=1e-10)
            np.testing.assert_allclose(one.decoded, other.decoded, atol=1e-10)
            np.testing.assert_allclose(one.quality, other.quality, atol=1e-7)
            if isinstance(phase, Active):
                np.testing.assert_allclose(one.drift, other.drift, atol=1e-10)
