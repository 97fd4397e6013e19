"""Diffusion along manifolds whose noise, simulated, is seen to add up as predicted."""

import math

import numpy as np
import pytest
import torch

from quiescent.dynamics.diffusion import naive_diffusion, predicted_diffusion, slow_directions
from quiescent.dynamics.free import jacobians

RNG = np.random.default_rng(0)


def sheared_line(units=6, shear=2.0, decay=0.5):
    """Make a line of fixed points along the first unit, onto which the second one is sheared while it decays.

    The left eigenvector is (1, shear, 0, ...), and the tangent of the line (1, 0, ...).
    """
    left = np.eye(units)[0] + shear * np.eye(units)[1]
    decaying = np.eye(units)[1] - shear * np.eye(units)[0]
    line = np.outer(np.eye(units)[0], left)
    return line + decay * np.outer(decaying, np.eye(units)[1]) + 0.3 * np.diag(np.arange(units) > 1)


def grown(step, state, read, std, *, repeats=4000, begin=20, end=60):
    """Simulate repeats from one state, and measure by how much the variance of what is read grows per step."""
    states = np.repeat(state[None], repeats, 0)
    variances = []
    for t in range(end + 1):
        if t in (begin, end):
            variances.append(read(states).var(ddof=1))
        states = step(states) + std * RNG.normal(size=states.shape)
    before, after = variances
    error = math.sqrt(2 / repeats) * math.hypot(before, after) / (end - begin)
    return (after - before) / (end - begin), error


def test_noise_that_a_network_carries_onto_its_line_makes_it_diffuse_five_times_as_much():
    jacobian, std = sheared_line(), 0.02
    slope = np.eye(6)[:, :1] * 2.0  # states move by 2 for a step of 1
    slow = slow_directions(jacobian, 1)
    predicted = float(predicted_diffusion(slow.left, slope, std)[0, 0])
    assert predicted == pytest.approx(5.0e-4)
    assert float(naive_diffusion(slope, std)[0, 0]) == pytest.approx(1.0e-4)
    measured, error = grown(lambda h: h @ jacobian.T, np.zeros(6), lambda h: h[:, 0] / 2, std)
    assert measured == pytest.approx(predicted, abs=4 * error)
    assert error < 0.05 * predicted


def ring(mixing):
    """Make a ring in the plane of two of four coordinates, which `mixing` turns into units: h = mixing g."""
    back = torch.linalg.inv(mixing)

    def step(states):
        plane = (states @ back.mT)[..., :2]
        on_ring = plane / plane.norm(dim=-1, keepdim=True)
        return torch.cat([on_ring, torch.zeros_like(on_ring)], -1) @ mixing.mT

    return step, back


@pytest.mark.parametrize("normal", [True, False])
def test_a_ring_diffuses_as_predicted_and_as_naively_predicted_only_if_it_is_normal(normal):
    mixing = torch.linalg.qr(torch.from_numpy(RNG.normal(size=(4, 4)))).Q
    if not normal:
        mixing[:, 3] += 1.5 * (mixing[:, 0] - mixing[:, 1])  # what decays at once is sheared onto the plane
    step, back = ring(mixing)
    angle, std = 0.7, 0.01
    place = torch.tensor([math.cos(angle), math.sin(angle), 0.0, 0.0], dtype=torch.float64)
    tangent = (mixing @ torch.tensor([-math.sin(angle), math.cos(angle), 0, 0], dtype=torch.float64)).numpy()[:, None]
    slow = slow_directions(jacobians(step, (mixing @ place)[None])[0].numpy(), 1)
    predicted, naive = (
        float(covariance[0, 0])
        for covariance in (predicted_diffusion(slow.left, tangent, std), naive_diffusion(tangent, std))
    )
    assert (predicted == pytest.approx(naive)) == normal
    assert predicted >= naive * (1 - 1e-9)

    def read(states):
        plane = states @ back.numpy()[:2].T
        return np.arctan2(plane[:, 1], plane[:, 0])

    measured, error = grown(lambda h: step(torch.from_numpy(h)).numpy(), (mixing @ place).numpy(), read, std, end=40)
    assert measured == pytest.approx(predicted, abs=4 * error)


def test_where_size_is_slow_too_the_angle_diffuses_as_predicted_beside_it():
    oblique = np.zeros((4, 4))  # keeps a plane, angle and size, and carries the rest onto it
    oblique[:2] = [[1, 0, 0.8, -0.3], [0, 1, 1.1, 0.5]]
    angle, size, std = -0.4, 3.0, 0.01
    along = np.array([math.cos(angle), math.sin(angle), 0, 0])
    tangent = size * np.array([-math.sin(angle), math.cos(angle), 0, 0])
    slow = slow_directions(oblique, 2)
    predicted = predicted_diffusion(slow.left, np.column_stack([tangent, size * along]), std)[0, 0]
    measured, error = grown(
        lambda h: h @ oblique.T, size * along, lambda h: np.arctan2(h[:, 1], h[:, 0]), std, begin=5, end=25
    )
    assert measured == pytest.approx(predicted, abs=4 * error)
    assert predicted > 1.5 * naive_diffusion(tangent[:, None], std)[0, 0]


def test_a_walk_on_a_plane_has_the_covariance_of_noise_projected_along_what_decays():
    right = RNG.normal(size=(7, 2))
    decaying = RNG.normal(size=(7, 5))
    basis = np.column_stack([right, decaying])
    for turn in (0.0, 0.01):  # two real eigenvalues, or a pair of complex ones
        slow_block = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        block = np.zeros((7, 7))
        block[:2, :2], block[2:, 2:] = slow_block, np.diag([0.5, 0.4, 0.3, -0.2, 0.1])
        slow = slow_directions(basis @ block @ np.linalg.inv(basis), 2)
        to_walk = np.linalg.inv(basis)[:2]
        np.testing.assert_allclose(predicted_diffusion(slow.left, right, 0.3), 0.09 * to_walk @ to_walk.T, rtol=1e-8)
        mixed = slow.left @ RNG.normal(size=(2, 2))
        np.testing.assert_allclose(
            predicted_diffusion(mixed, right, 0.3), predicted_diffusion(slow.left, right, 0.3), rtol=1e-8
        )


def test_slow_directions_are_those_nearest_one_with_their_time_constants_and_pairs_are_never_divided():
    turn = 0.2
    block = np.zeros((4, 4))
    block[:2, :2] = 0.9 * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    block[2, 2], block[3, 3] = 1.02, -0.99
    np.testing.assert_allclose(slow_directions(block, 1).lifetimes, 1 / math.log(1.02))
    np.testing.assert_allclose(np.abs(slow_directions(block, 1).left[:, 0]), [0, 0, 1, 0], atol=1e-12)
    assert np.isnan(slow_directions(block, 2).lifetimes).all()
    np.testing.assert_allclose(slow_directions(block, 3).lifetimes, [1 / math.log(1.02), *[-1 / math.log(0.9)] * 2])
    assert slow_directions(np.eye(2), 2).lifetimes.tolist() == [math.inf] * 2
