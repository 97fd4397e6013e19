"""Momentum and adaptation against closed forms, and against the equations written out."""

import numpy as np
import pytest
import torch
from scipy import stats

from quiescent.config.load import load_config
from quiescent.networks import NETWORKS, Architecture, Kind, Population
from quiescent.networks.loop import advance
from quiescent.networks.momentum import Momentum, advance_with, at_rest
from quiescent.simulation.members import untrained

SIZES = ("network.units=7", "task.place_cells.number=5", "training.precision=float64")
KINDS = ("vanilla", "gru", "residual")


@pytest.fixture(autouse=True)
def residual(monkeypatch):
    def step(state, drive, recurrent, activation, step):
        return state + step * activation(drive + state @ recurrent)

    monkeypatch.setitem(NETWORKS, "residual", Kind(step))


def network(kind):
    words = (*SIZES, f"network.kind={kind}", "network.activation=tanh", "network.bias=true")
    return untrained([load_config("spatial_navigation/noisy_unbiased", *words)]).to("cpu").network.member(0)


def drawn(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_with_momentum_and_adaptation_obeys_their_equations(kind):
    net, friction, strength, tau = network(kind), 0.3, 0.8, 4.0
    states, inputs = drawn(10, 3, 7), drawn(9, 3, 2)
    weights = net.weights
    state, velocity, adaptation, expected = states[0], torch.zeros(3, 7), torch.zeros(3, 7), []
    for now, noise in zip(inputs, states[1:], strict=True):
        rows = weights["input"].shape[0]
        drive = now @ weights["input"].mT + weights["recurrent_bias"]
        drive = drive - torch.cat([torch.zeros(3, rows - 7), adaptation], -1)
        step = net.architecture.step
        moved = NETWORKS[kind].update(state, drive, weights["recurrent"].mT, torch.tanh, step) + noise
        velocity = (1 - friction) * velocity + moved - state
        adaptation = adaptation + (strength * state - adaptation) / tau
        state = state + velocity
        expected.append(state)
    momentum = Momentum(friction, strength, tau)
    past = advance_with(momentum, at_rest(states[0]), net, states[:6], inputs[:5], noisy=True)
    advance_with(momentum, past, net, states[5:], inputs[5:], noisy=True)  # and on from there
    torch.testing.assert_close(states[1:], torch.stack(expected))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("noisy", [True, False])
def test_friction_one_and_no_adaptation_are_the_network_bit_for_bit(kind, noisy):
    net, inputs = network(kind), drawn(9, 3, 2)
    plain, added = drawn(10, 3, 7), drawn(10, 3, 7)
    advance(net, plain, inputs, noisy=noisy)
    advance_with(Momentum(), at_rest(added[0]), net, added, inputs, noisy=noisy)
    assert torch.equal(plain, added)


def linear(rate):
    """Make a network of one linear unit, which a step takes by `rate` towards 0."""
    weights = {name: torch.zeros(shape) for name, shape in {"input": (1, 1), "output": (1, 1)}.items()}
    weights["recurrent"] = torch.zeros(1, 1)
    architecture = Architecture("vanilla", 1, rate, "identity", bias=False)
    return Population(architecture, {name: weight.double() for name, weight in weights.items()})


@pytest.mark.parametrize(("rate", "friction"), [(0.2, 1.0), (0.2, 0.3), (0.05, 0.5), (0.8, 0.6)])
def test_the_stationary_variance_of_a_linear_network_is_that_of_its_second_order_process(rate, friction):
    kept = 1 - friction
    expected = (1 + kept) / ((1 - kept) * rate * (2 * (1 + kept) - rate))
    states = drawn(600, 4000, 1)
    advance_with(
        Momentum(friction), at_rest(states[0]), linear(rate), states, torch.zeros(599, 4000, 1).double(), noisy=True
    )
    last = states[-1, :, 0].numpy()
    assert stats.kstest(last, stats.norm(0, np.sqrt(expected)).cdf).pvalue > 0.01


def test_noise_that_is_matched_keeps_the_temperature_of_slow_directions():
    rate, friction, usual = 0.02, 0.2, 1 / (0.02 * (2 - 0.02))
    states, silence = np.sqrt(friction) * drawn(1001, 2000, 1), torch.zeros(1000, 2000, 1).double()
    advance_with(Momentum(friction), at_rest(states[0]), linear(rate), states, silence, noisy=True)
    assert float(states[-1].var()) == pytest.approx(usual, rel=0.1)  # without matching it is five times as much


def test_adaptation_in_the_long_run_subtracts_its_strength_times_the_activity():
    net = linear(0.2)
    states, inputs = torch.zeros(4001, 1, 1).double(), torch.ones(4000, 1, 1).double()
    pushed = Population(net.architecture, net.weights | {"input": torch.ones(1, 1).double()})
    advance_with(Momentum(1.0, 0.5, 100.0), at_rest(states[0]), pushed, states, inputs, noisy=False)
    assert float(states[-1]) == pytest.approx(1 / 1.5, rel=1e-6)  # r = 1 - b r
