"""A network without biases has no scale, and its norm grows at a rate that closed forms know."""

import math

import numpy as np
import pytest
import torch

from quiescent.config.load import load_config
from quiescent.measures.shape import growth
from quiescent.networks import NETWORKS, Kind
from quiescent.quiescence.activity import Rest, kept_steps
from quiescent.quiescence.homogeneity import is_homogeneous
from quiescent.quiescence.observe import observe
from quiescent.simulation.members import untrained

SMALL = ("network.units=24", "task.place_cells.number=16", "task.steps=10")


def network(*words):
    members = untrained(load_config("spatial_navigation/noisy_unbiased", "seed=0", *SMALL, *words).members())
    return members.network.member(0)


@pytest.mark.parametrize("kind", ["vanilla", "gru"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
@pytest.mark.parametrize("bias", [False, True])
def test_only_rectified_and_linear_networks_without_gates_and_biases_have_no_scale(kind, activation, bias):
    words = (f"network.kind={kind}", f"network.activation={activation}", f"network.bias={str(bias).lower()}")
    expected = kind == "vanilla" and activation in ("relu", "identity") and not bias
    assert is_homogeneous(network(*words)) == expected


def test_a_kind_of_one_s_own_is_tested_by_its_update(monkeypatch):
    monkeypatch.setitem(NETWORKS, "leaky", Kind(lambda state, drive, recurrent, activation, step: (1 - step) * state))
    assert is_homogeneous(network("network.kind=leaky"))


def test_without_noise_the_norm_grows_with_the_leading_exponent():
    # A linear network r <- (1 - a) r + a W r: in the end its norm grows by the spectral radius of that matrix.
    words = ("network.activation=identity", *SMALL)
    members = untrained(load_config("spatial_navigation/noisy_unbiased", *words).members())
    weights = members.network.weights
    generator = torch.Generator().manual_seed(1)
    matrix = torch.randn((24, 24), generator=generator) / math.sqrt(24)
    # Real eigenvalues, so that it settles on one direction, and so small that nothing overflows.
    weights["recurrent"][0] = 0.5 * (matrix + matrix.T) / 2
    (activity,) = observe(members.to("cpu"), Rest(5, 2000, noise=0.0, states="some"))
    step = members.network.architecture.step
    map_ = (1 - step) * torch.eye(24) + step * weights["recurrent"][0]
    radius = float(torch.linalg.eigvals(map_.double()).abs().max())
    late = activity.between(1000, 2000)
    assert growth(late.states, late.kept, activity.dt) == pytest.approx(math.log(radius) / activity.dt, rel=5e-3)
    assert activity.homogeneous
    np.testing.assert_array_equal(activity.kept, kept_steps(2000))


def test_a_state_that_is_kept_does_not_grow():
    states = np.random.default_rng(0).normal(size=(1, 7, 5)).repeat(50, 0)
    assert growth(states, np.arange(50), 0.02) == pytest.approx(0, abs=1e-12)
