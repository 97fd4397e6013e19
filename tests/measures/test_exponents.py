"""Lyapunov exponents of networks at rest, whose differences are known to shrink or grow."""

import math

import numpy as np
import pytest
import torch
from made import activity, measured

from quiescent.networks import NETWORKS, Kind, simulate
from quiescent.quiescence.activity import Inside
from quiescent.quiescence.inside.lyapunov import Growths
from quiescent.quiescence.observe import observe
from quiescent.simulation.members import untrained

QUIET, NOISY = (Inside(what, trials=3, steps=40) for what in ("lyapunov", "lyapunov_noisy"))


@pytest.mark.parametrize("phase", [QUIET, NOISY])
def test_in_a_network_that_leaks_only_all_differences_shrink_as_it_leaks(tiny, monkeypatch, phase):
    leaky = Kind(lambda state, drive, recurrent, activation, step: (1 - step) * state)
    monkeypatch.setitem(NETWORKS, "leaky", leaky)
    members = untrained([tiny("network.kind=leaky", "network.dt=0.3")])
    (seen,) = observe(members, phase)
    assert seen.inside.differences.shape == (40, 3, 16)
    np.testing.assert_allclose(seen.inside.differences, math.log(0.7), rtol=1e-9)
    if phase == QUIET:
        np.testing.assert_allclose(seen.inside.norm, math.log(0.7), rtol=1e-9)
    values = measured("lyapunov", {"rest": seen}).sel(phase="rest")
    assert float(values["largest"]) == pytest.approx(math.log(0.7))
    assert float(values["largest_per_tau"]) == pytest.approx(math.log(0.7) / 0.3)
    assert float(values["largest_per_second"]) == pytest.approx(math.log(0.7) / members.configs[0].task.dt)
    assert float(values["kaplan_yorke"]) == 0


@pytest.mark.parametrize("words", [(), ("network.noise=uniform", "network.bias=true"), ("network.kind=gru",)])
def test_paths_begin_awake_and_go_on_without_input(tiny, words):
    members = untrained([tiny("network.sigma2_rec=0.01", *words)])
    (seen,) = observe(members, QUIET)
    state = torch.from_numpy(seen.states[-1]).double()
    mean = 0.05 if words and "uniform" in words[0] else 0.0  # of noise in [0, 0.1)
    network = members.network.member(0).to(torch.device("cpu"), torch.float64)
    alone = simulate(network, state, state.new_zeros(40, 3, 2), torch.full((40, 3, 16), mean, dtype=torch.float64))
    grown = np.log(np.linalg.norm(alone[-1], axis=-1) / np.linalg.norm(state, axis=-1))
    np.testing.assert_allclose(seen.inside.norm.sum(0), grown, rtol=1e-6, atol=1e-9)


def test_noise_is_that_of_rest_and_of_the_task_where_a_network_learned_without(tiny):
    for words in (("network.sigma2_rec=1e-4",), ("network.sigma2_rec=0",)):
        (seen,) = observe(untrained([tiny(*words)]), NOISY)
        assert seen.noise_std == pytest.approx(math.sqrt(2e-4))
    (other,) = observe(untrained([tiny("network.sigma2_rec=0.01")]), NOISY)
    assert np.abs(other.inside.norm - seen.inside.norm).max() > 1e-3


def test_means_errors_and_the_first_half_are_those_of_paths():
    rng = np.random.default_rng(0)
    steps, paths = 400, 5
    differences = np.array([0.02, -0.1, -0.01]) + rng.normal(0, 0.01, (1, paths, 3)) + np.zeros((steps, 1, 1))
    differences[:40] += 5  # vectors that still turn
    differences[220:, :, 0] += 0.03
    norm = np.full((steps, paths), 0.25)
    seen = activity(np.zeros((1, paths, 2)), dt=0.1)._replace(inside=Growths(differences, norm, 7.0, 0.2))
    values = measured("lyapunov", {"rest": seen}).sel(phase="rest")
    falling = -np.sort(-differences[40:].mean(0), -1)
    np.testing.assert_allclose(values["exponents"], falling.mean(0))
    np.testing.assert_allclose(values["exponents_stderr"], falling.std(0, ddof=1) / math.sqrt(paths))
    np.testing.assert_allclose(values["change"], 0.015)
    np.testing.assert_allclose(values["norm_growth"], 0.25)
    np.testing.assert_allclose(values["largest_per_second"], 10 * values["largest"])
    np.testing.assert_allclose(values["largest_per_tau_stderr"], 5 * values["largest_stderr"])
    one, two, three = values["exponents"].values
    assert float(values["kaplan_yorke"]) == pytest.approx(2 + (one + two) / -three)


def test_networks_that_fade_do_as_well_when_no_number_is_small_enough_for_their_states(tiny):
    members = untrained([tiny("network.dt=0.9")])  # 16 units: differences shrink by a third or more per step
    (seen,) = observe(members, Inside("lyapunov", trials=2, steps=2500))
    assert seen.inside.norm.sum(0).max() < np.log(np.finfo(float).tiny) - 100
    late = slice(-200, None)
    grown = seen.inside.norm[late].mean()
    assert np.isfinite(grown)
    assert np.abs(seen.inside.differences[late].mean((0, 1)) - grown).min() < 1e-3
