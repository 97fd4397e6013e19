"""Losses and gradients against the plain formulas, written out."""

import pytest
import torch
from formulas import CPU, IN_ONE, PHI, check, fresh, members, plain_gru, plain_vanilla
from torch.nn import functional

from quiescent.machine.lanes import Lanes
from quiescent.networks import NETWORKS, Kind, simulate
from quiescent.simulation.loss import loss_gradients, losses_and_errors
from quiescent.simulation.members import sample


@pytest.mark.parametrize("way", ["1 lane", "3 lanes", *IN_ONE])
@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize(("kind", "plain"), [("vanilla", plain_vanilla), ("gru", plain_gru)])
def test_loss_and_gradients_equal_the_plain_formulas(kind, plain, activation, bias, seeds, way):
    population = members(
        f"network.kind={kind}",
        f"network.activation={activation}",
        f"network.bias={bias}",
        f"network.encoder_bias={bias}",
        "network.dt=0.3",
        "network.sigma2_in=0.01",
        "network.sigma2_rec=0.02",
        "network.sigma2_out=0.03",
        seeds=seeds,
    )
    check(population, plain, activation, trials=60, tolerance=1e-10, way=way)


@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("width", [0.2, 0.52])
@pytest.mark.parametrize("way", ["2 lanes", *IN_ONE])
def test_the_quadratic_form_of_the_heading_error_equals_the_plain_formulas(width, bias, way):
    words = (f"network.bias={bias}", f"task.hd_cells.width={width}", "task.hd_cells.number=200", "network.units=64")
    words += (f"network.encoder_bias={bias}", f"task.hd_cells.both_ends={bias}")
    population = members(*words, name="head_direction/noisy_unbiased", cells="hd_cells")
    errors = check(population, plain_vanilla, "relu", trials=60, tolerance=1e-10, way=way)
    assert errors == {"QuadraticError"}


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("bfloat16", 0.02)])
@pytest.mark.parametrize(("way", "seeds"), [("1 lane", 1), ("2 lanes", 5), *((one, 5) for one in IN_ONE)])
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize(("kind", "plain"), [("vanilla", plain_vanilla), ("gru", plain_gru)])
@pytest.mark.parametrize(
    ("name", "cells"),
    [("spatial_navigation/noisy_unbiased", "place_cells"), ("head_direction/noisy_unbiased", "hd_cells")],
)
def test_gradients_in_less_precision_stay_near(name, cells, kind, plain, activation, precision, tolerance, seeds, way):
    population = members(
        f"network.kind={kind}",
        f"network.activation={activation}",
        f"training.precision={precision}",
        f"task.{cells}.number=128",
        "network.units=64",
        "task.steps=20",
        name=name,
        cells=cells,
        seeds=seeds,
    )
    check(population, plain, activation, trials=50, tolerance=tolerance, way=way)


@pytest.mark.parametrize("way", ["1 lane", "2 lanes", "in one"])
@pytest.mark.parametrize("words", [("task.use_place_cells=false",), ("task.place_cells.dog=true",)], ids=str)
def test_other_codes_of_position_have_their_gradients_too(words, way):
    check(members(*words), plain_vanilla, "relu", trials=60, tolerance=1e-10, way=way)


def test_a_batch_is_left_as_it_was():
    population = members("task.use_place_cells=false", seeds=1)
    batch = sample(population, 30, fresh(population, 30))
    before = [one.clone() for one in batch]
    with Lanes(CPU) as lanes:
        loss_gradients(population, batch, fresh(population, 30), lanes)
        losses_and_errors(population, batch, fresh(population, 30), lanes)
    assert all(torch.equal(one, other) for one, other in zip(batch, before, strict=True))


@pytest.mark.parametrize("bias", ["true", "false"])
def test_a_users_own_kind_of_network_trains_through_autograd(monkeypatch, bias):
    def residual(state, drive, recurrent, activation, step):
        return state + step * activation(drive + state @ recurrent)

    def plain(w, h, u, phi, a):
        return h + a * phi(
            functional.linear(h, w["recurrent"]) + functional.linear(u, w["input"], w.get("recurrent_bias"))
        )

    monkeypatch.setitem(NETWORKS, "residual", Kind(residual))
    words = ("network.kind=residual", f"network.bias={bias}", "network.sigma2_rec=0.01")
    check(members(*words), plain, "relu", trials=30, tolerance=1e-10, way="2 lanes")
    words = (*words, "network.units=64")
    check(
        members(*words, "training.precision=bfloat16", "network.activation=tanh"),
        plain,
        "tanh",
        trials=30,
        tolerance=0.02,
    )
    population = members(*words)
    state, inputs = torch.ones(3, 2, 64, dtype=torch.float64), torch.ones(4, 3, 2, 2, dtype=torch.float64)
    states = simulate(population.network, state, inputs)
    own = {name: weight[1] for name, weight in population.network.weights.items()}
    torch.testing.assert_close(states[0, 1], plain(own, state[1], inputs[0, 1], torch.relu, 0.2))
