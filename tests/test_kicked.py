"""Laws of kicks: one step's noise on an active state, in networks whose answer is known."""

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.config.load import load_config
from quiescent.machine.lanes import Share
from quiescent.networks import NETWORKS, Kind, simulate
from quiescent.quiescence.activity import Kicked
from quiescent.quiescence.kicked import LAGS, kick_noise, kicked
from quiescent.quiescence.leak import leak_of
from quiescent.simulation.members import sample, untrained
from quiescent.streams import open_streams

SMALL = ("network.units=24", "task.place_cells.number=16", "task.steps=5", "network.dt=0.3")
UNIFORM = "network.noise=uniform"


def members(*words, seeds="seed=0", condition="noisy_unbiased"):
    return untrained(load_config(f"spatial_navigation/{condition}", seeds, *SMALL, *words).members()).to("cpu")


def alone(population, states, steps, push=0.0):
    """Run a network without input, with the same drive at every step."""
    return simulate(
        population.network.member(0),
        states,
        torch.zeros(steps, len(states), 2),
        torch.full((steps, *states.shape), push),
    )


@pytest.mark.parametrize("shape", ["gaussian", "uniform"])
def test_a_kick_is_one_steps_noise_without_its_mean_and_leaks_away(monkeypatch, shape):
    monkeypatch.setitem(NETWORKS, "leaky", Kind(lambda state, drive, recurrent, activation, step: (1 - step) * state))
    population = members("network.kind=leaky", "network.sigma2_rec=0.04", f"network.noise={shape}")
    (activity,) = kicked(population, Kicked(200))
    kick = activity.kicks.states[0].ravel()
    law = stats.norm(0, 0.2) if shape == "gaussian" else stats.uniform(-0.1, 0.2)
    assert stats.kstest(kick, law.cdf).pvalue > 0.001
    assert activity.noise_std == pytest.approx(law.std())
    assert activity.leak == pytest.approx(0.3)
    np.testing.assert_array_equal(activity.kicks.lags, LAGS)
    for lag, states in zip(LAGS, activity.kicks.states, strict=True):
        np.testing.assert_allclose(states.ravel(), 0.7**lag * kick, atol=1e-6)


@pytest.mark.parametrize(
    "words", [(), ("network.bias=true",), ("network.kind=gru", "network.activation=tanh"), (UNIFORM,)]
)
def test_both_copies_do_what_the_network_does_alone(words):
    population = members(*words, "network.sigma2_rec=0.01")
    (activity,) = kicked(population, Kicked(30))
    base, kick = torch.from_numpy(activity.states[0]), torch.from_numpy(activity.kicks.states[0])
    push = 0.05 if UNIFORM in words else 0.0  # the mean of noise in [0, 0.1)
    (one,), (two,) = ([alone(population, state, max(LAGS), push)] for state in (base, base + kick))
    read = population.network.member(0).readout
    for lag, states, outputs in zip(LAGS[1:], activity.kicks.states[1:], activity.kicks.outputs[1:], strict=True):
        np.testing.assert_allclose(states, two[lag - 1] - one[lag - 1], atol=1e-6)
        np.testing.assert_allclose(outputs, read(two[lag - 1]) - read(one[lag - 1]), atol=1e-6)
    np.testing.assert_allclose(activity.decoded[0], population.codes[0].decode(read(base)), atol=1e-6)
    assert activity.truth.shape == (1, 30, 2)


def test_the_base_is_the_end_of_an_active_trial_whose_place_is_the_truth():
    population = members("network.sigma2_rec=0")
    (activity,) = kicked(population, Kicked(50))
    trials = sample(population, 50, [open_streams(0, "kicked", 50, torch.device("cpu"))])
    start = population.start(Share(0, slice(0, 50)), trials.start)
    states = simulate(population.network.member(0), start, trials.inputs[:, 0])
    np.testing.assert_allclose(activity.states[0], states[-1], atol=1e-6)
    np.testing.assert_array_equal(activity.truth[0], trials.path[-1, 0])


def test_networks_without_noise_are_kicked_by_that_of_their_task():
    population = members("network.sigma2_rec=0")
    assert kick_noise(population)[0].recurrent == pytest.approx(0.01)
    (activity,) = kicked(population, Kicked(100))
    assert activity.kicks.states[0].std() == pytest.approx(0.01, rel=0.05)


def test_a_member_is_kicked_the_same_alone_and_in_company():
    together, one = kicked(members(seeds="seed=0,1"), Kicked(40)), kicked(members(seeds="seed=1"), Kicked(40))
    np.testing.assert_allclose(together[1].kicks.states, one[0].kicks.states, atol=1e-6)
    np.testing.assert_allclose(together[1].decoded, one[0].decoded, atol=1e-6)


@pytest.mark.parametrize(("words", "leak"), [((), 0.3), (("network.kind=gru",), 0.15), (("network.bias=true",), 0.3)])
def test_leak_is_what_is_forgotten_without_weights(words, leak):
    assert leak_of(members(*words).network) == pytest.approx(leak)
