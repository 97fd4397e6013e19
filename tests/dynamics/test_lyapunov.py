"""Lyapunov exponents of maps and networks whose exponents are known."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.special import digamma

from quiescent.config.load import load_config
from quiescent.dynamics.free import free_step, jacobians
from quiescent.dynamics.lyapunov import growths, kaplan_yorke
from quiescent.dynamics.tangent import push_by, push_of
from quiescent.simulation.members import untrained

KINDS = [("vanilla", "relu"), ("vanilla", "tanh"), ("vanilla", "sigmoid"), ("vanilla", "identity"), ("gru", "tanh")]


def normal(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def exponents(push, states, number, steps, skipped=0):
    """Average the growth of differences per step; one row per path."""
    frame = normal(*states.shape, number, seed=1)
    grown = [growth.differences for growth in growths(push, states, frame, itertools.repeat(0.0, steps))]
    return torch.stack(grown[skipped:]).mean(0).numpy()


def network(*words):
    words = ("network.units=30", "task.place_cells.number=5", "training.precision=float64", *words)
    return untrained([load_config("spatial_navigation/noisy_unbiased", *words)]).to("cpu").network.member(0)


def test_the_largest_exponents_of_random_tanh_networks_are_the_known_ones():
    gains, networks = (0.5, 2.0, 4.0), 6
    weights = torch.tensor(gains, dtype=torch.float64).repeat_interleave(networks)[:, None, None]
    weights = weights * normal(len(gains) * networks, 200, 200) / math.sqrt(200)  # one network per path

    def step(states):
        return 0.9 * states + 0.1 * torch.einsum("pij,pj->pi", weights, states.tanh())

    per_tau = exponents(push_by(step), normal(len(weights), 200, seed=2), 1, 800, 300)[:, 0] / 0.1
    weak, middle, strong = np.split(per_tau, len(gains))
    linear = np.linalg.eigvals(0.9 * np.eye(200) + 0.1 * weights[:networks].numpy())  # everything decays to 0
    np.testing.assert_allclose(weak, np.log(np.abs(linear).max(1)) / 0.1, atol=0.02)
    for found, expected in ((weak, -0.530), (middle, 0.056), (strong, 0.260)):
        assert found.mean() == pytest.approx(expected, abs=3 * found.std(ddof=1) / math.sqrt(networks))


def test_a_cycle_of_maps_that_are_not_normal_has_the_eigenvalues_of_their_product_in_this_order():
    maps = normal(3, 5, 5)
    falling = [
        np.sort(np.log(np.abs(np.linalg.eigvals(product))))[::-1] / 3
        for product in ((maps[2] @ maps[1] @ maps[0]).numpy(), (maps[0] @ maps[1] @ maps[2]).numpy())
    ]
    assert np.abs(falling[0] - falling[1]).max() > 0.1  # transposed derivatives have the others
    cycle = itertools.cycle(maps)

    def push(states, vectors):
        one = next(cycle)
        return push_by(lambda state: state @ one.mT)(states, vectors)

    found = exponents(push, normal(1, 5), 5, 390, 90)[0]
    np.testing.assert_allclose(found, falling[0], atol=0.01)


def test_products_of_gaussian_matrices_have_the_exponents_of_newman():
    units, g, generator = 8, 1.3, torch.Generator().manual_seed(3)

    def push(states, vectors):
        matrix = g / math.sqrt(units) * torch.randn(len(states), units, units, dtype=torch.float64, generator=generator)
        return torch.einsum("pij,pj->pi", matrix, states), matrix @ vectors

    found = exponents(push, normal(200, units), units, 100, 10)
    expected = (math.log(2) + digamma((units - np.arange(units)) / 2)) / 2 + math.log(g / math.sqrt(units))
    assert (np.abs(found.mean(0) - expected) < 4 * found.std(0, ddof=1) / math.sqrt(200)).all()


@pytest.mark.parametrize(("kind", "activation"), KINDS)
@pytest.mark.parametrize("bias", ["true", "false"])
def test_vectors_are_pushed_by_the_derivative_at_the_state_before_the_step(kind, activation, bias):
    net = network(f"network.kind={kind}", f"network.activation={activation}", f"network.bias={bias}")
    states, vectors = normal(3, 30), normal(3, 30, 4, seed=1)
    step = free_step(net)
    for push in (push_of(net), push_by(step)):
        after, pushed = push(states, vectors)
        torch.testing.assert_close(after, step(states))
        torch.testing.assert_close(pushed, jacobians(step, states) @ vectors)


def test_without_a_scale_the_growth_of_the_norm_is_an_exponent():
    net = network("network.activation=relu")
    net.weights["recurrent"].normal_(0, 2.5 / math.sqrt(30), generator=torch.Generator().manual_seed(5))
    states = normal(1, 30)
    followed = growths(push_of(net), states, normal(1, 30, 30, seed=1), itertools.repeat(0.0, 700))
    frames = list(followed)
    stretched = torch.stack([growth.differences[0] for growth in frames[200:]]).mean(0)
    grown = (frames[-1].states.norm() / frames[199].states.norm()).log() / 500
    assert (stretched - grown).abs().min() < 0.002
    assert stretched[0] - stretched[-1] > 0.1  # no other number would do


def test_noise_moves_all_copies_alike():
    net, noise = network("network.activation=tanh"), 0.5 * normal(50, 1, 30)
    grown = list(growths(push_of(net), normal(1, 30), normal(1, 30, 2, seed=1), noise))
    small = 1e-7 * torch.linalg.qr(normal(1, 30, 2, seed=1)).Q[..., 0]
    one, two = normal(1, 30), normal(1, 30) + small
    step = free_step(net)
    for kick in noise:
        one, two = step(one) + kick, step(two) + kick
    torch.testing.assert_close(grown[-1].states, one)
    apart = ((two - one).norm() / small.norm()).log()
    torch.testing.assert_close(sum(growth.differences[0, 0] for growth in grown), apart, rtol=1e-4, atol=1e-4)


def test_the_dimension_of_kaplan_and_yorke():
    assert kaplan_yorke(np.array([-0.1, -2.0]), 2) == 0
    assert kaplan_yorke(np.array([0.0, -2.0]), 2) == 1
    assert kaplan_yorke(np.array([-3.0, 1.0, 0.5]), 3) == 2.5
    assert kaplan_yorke(np.array([1.0, 0.5]), 2) == 2
    assert math.isnan(kaplan_yorke(np.array([1.0, 0.5]), 3))
    assert math.isnan(kaplan_yorke(np.array([1.0, math.nan]), 2))
    assert kaplan_yorke(np.array([0.5, -math.inf]), 2) == 1
