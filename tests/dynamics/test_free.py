"""The noise-free step without input, and its derivative."""

import pytest
import torch

from quiescent.config.load import load_config
from quiescent.dynamics.free import free_step, jacobians
from quiescent.networks import simulate
from quiescent.simulation.members import untrained


def network(*words):
    words = ("network.units=7", "task.place_cells.number=5", "training.precision=float64", *words)
    return untrained([load_config("spatial_navigation/noisy_unbiased", *words)]).to("cpu").network.member(0)


@pytest.mark.parametrize("kind", ["vanilla", "gru"])
@pytest.mark.parametrize("bias", ["true", "false"])
def test_the_step_is_that_of_the_loop_and_its_derivative_that_of_small_differences(kind, bias):
    net = network(f"network.kind={kind}", f"network.bias={bias}", "network.activation=tanh")
    step = free_step(net)
    states = torch.randn(3, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(step(states), simulate(net, states, torch.zeros(1, 3, 2, dtype=torch.float64))[0])
    small = 1e-6 * torch.eye(7, dtype=torch.float64)
    for state, jacobian in zip(states, jacobians(step, states), strict=True):
        columns = (step(state + small) - step(state - small)) / 2e-6
        torch.testing.assert_close(jacobian, columns.mT, atol=1e-8, rtol=0)


def test_the_mean_of_uniform_noise_is_a_constant_push():
    net, states = network(), torch.zeros(2, 7, dtype=torch.float64)
    torch.testing.assert_close(free_step(net, 0.5)(states), free_step(net)(states) + 0.5)
