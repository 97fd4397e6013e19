"""The cross-entropy and its gradient against the plain formulas, and where numbers are extreme."""

import math

import pytest
import torch
from formulas import CPU, IN_ONE, PHI, check, fresh, members, plain_gru, plain_vanilla

from quiescent.machine.lanes import Lanes
from quiescent.machine.scratch import Scratch
from quiescent.networks.products import Products
from quiescent.simulation.cross_entropy import CrossEntropyError, cross_entropy
from quiescent.simulation.loss import loss_gradients, losses_and_errors
from quiescent.simulation.members import sample

CROSS = "training.loss=cross_entropy"
KINDS = pytest.mark.parametrize(("kind", "plain"), [("vanilla", plain_vanilla), ("gru", plain_gru)])


@pytest.mark.parametrize("way", ["1 lane", "3 lanes", *IN_ONE])
@pytest.mark.parametrize("bias", ["true", "false"])
@pytest.mark.parametrize("dog", ["true", "false"])
@KINDS
def test_cross_entropy_and_its_gradients_equal_the_plain_formulas(kind, plain, dog, bias, way):
    words = (f"network.kind={kind}", f"network.bias={bias}", f"network.encoder_bias={bias}", "network.dt=0.3")
    words += ("network.sigma2_in=0.01", "network.sigma2_rec=0.02", "network.sigma2_out=0.03")
    population = members(*words, CROSS, f"task.place_cells.dog={dog}")
    assert check(population, plain, "relu", trials=60, tolerance=1e-10, way=way) == {"CrossEntropyError"}


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-4), ("bfloat16", 0.02)])
@pytest.mark.parametrize("activation", PHI)
@KINDS
def test_gradients_of_less_precision_stay_near(kind, plain, activation, precision, tolerance):
    words = (f"network.kind={kind}", f"network.activation={activation}", f"training.precision={precision}")
    words += ("task.place_cells.number=128", "network.units=64", "task.steps=20", "network.sigma2_rec=0.001")
    check(members(*words, CROSS, seeds=1), plain, activation, trials=60, tolerance=tolerance)


def test_the_loss_of_a_network_that_says_nothing_is_the_logarithm_of_the_number_of_cells():
    population = members(CROSS)
    population.network.weights["output"].zero_()
    batch = sample(population, 50, fresh(population, 50))
    with Lanes(CPU) as lanes:
        losses, _ = loss_gradients(population, batch, fresh(population, 50), lanes)
        tested, _ = losses_and_errors(population, batch, fresh(population, 50), lanes)
    assert losses.tolist() == pytest.approx([math.log(13)] * 3)
    assert tested == pytest.approx([math.log(13)] * 3)


def test_no_loss_is_below_the_entropy_of_the_code_and_that_of_its_logarithm_is_it():
    generator = torch.Generator().manual_seed(0)
    code = torch.softmax(3 * torch.randn(40, 9, generator=generator, dtype=torch.float64), -1)
    entropy = -(code * code.log()).sum(-1).mean()
    assert cross_entropy(code.log() + 7, code).item() == pytest.approx(entropy.item())
    for size in (0.1, 1, 100):
        other = code.log() + size * torch.randn(code.shape, generator=generator, dtype=torch.float64)
        assert cross_entropy(other, code) > entropy


@pytest.mark.parametrize("size", [1e3, 1e30])
def test_outputs_whose_exponentials_overflow_have_a_finite_loss_and_gradient(size):
    # Three cells of which one is sure: the softmax is 1 there and 0 elsewhere, the loss linear in the outputs.
    states, code = torch.tensor([[size]]), torch.tensor([[0.5, 0.25, 0.25]])
    weights = {"output": torch.tensor([[1.0], [-1.0], [0.0]])}
    error = CrossEntropyError(weights, lambda _: code.clone(), Products(torch.float32, Scratch()), 1.0)
    to_states = torch.empty(1, 1)
    error.add(states, torch.zeros(1, 1), None, to_states)
    assert error.total().item() == pytest.approx(0.25 * 2 * size + 0.25 * size)
    assert cross_entropy(states @ weights["output"].mT, code).item() == pytest.approx(0.75 * size)
    torch.testing.assert_close(to_states, torch.tensor([[0.5 * 1 + 0.25]]))
    torch.testing.assert_close(error.gradients()["output"], size * torch.tensor([[0.5], [-0.25], [-0.25]]))
