"""Flow: of rings and planes on which every speed, every place of rest and every basin is known."""

import math

import numpy as np
import pytest
import torch
from made import BOX, CIRCLE, wrap

from quiescent.dynamics.flow import basins, capacity, field_of, near_nodes, nodes_of, settle, zeros_of

NUMBER = 64
REACH = math.pi / 10


def ring(count=4000, seed=0):
    return np.random.default_rng(seed).uniform(-math.pi, math.pi, (count, 1))


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_a_drift_of_minus_sin_k_theta_has_k_stable_and_k_unstable_headings_and_k_equal_basins(k):
    speed, places, nodes = 0.01, ring(), nodes_of(CIRCLE, NUMBER)
    field = field_of(places, -speed * np.sin(k * places), nodes, 0.1, CIRCLE)
    np.testing.assert_allclose(field.velocity, -speed * np.sin(k * nodes), atol=0.01 * speed * k**2)
    zeros = zeros_of(field, NUMBER, CIRCLE)
    stable, unstable = (np.sort(zeros.places[zeros.attracting == count, 0]) for count in (1, 0))
    assert len(stable) == len(unstable) == k
    np.testing.assert_allclose(np.sin(k * stable), 0, atol=0.02)
    np.testing.assert_allclose(np.cos(k * unstable), -1, atol=0.02)
    assert np.abs(field.velocity).max() == pytest.approx(speed, rel=0.01 * k**2)
    ends = nodes.copy()
    for _ in range(2000):
        ends = wrap(ends - speed * np.sin(k * ends))
    fractions = basins(ends, 2 * math.pi / NUMBER, CIRCLE)
    np.testing.assert_allclose(fractions, 1 / k, atol=1.5 / NUMBER)
    assert capacity(fractions) == pytest.approx(math.log(k), abs=0.01)


def test_a_perfect_attractor_does_not_flow_and_remembers_every_node():
    places, nodes = ring(), nodes_of(CIRCLE, NUMBER)
    field = field_of(places, 0 * places, nodes, 0.2, CIRCLE)
    np.testing.assert_array_equal(field.velocity, 0)
    np.testing.assert_array_equal(field.error, 0)
    assert not len(zeros_of(field, NUMBER, CIRCLE).places)
    assert capacity(basins(nodes, math.pi / NUMBER, CIRCLE)) == pytest.approx(math.log(NUMBER))


def test_on_the_plane_sinks_sources_and_saddles_are_told_apart():
    # The gradient of cos x cos y has all three in known numbers.
    scale, places = 4.0, np.random.default_rng(0).uniform(-1.1, 1.1, (20_000, 2))
    x, y = scale * places.T + 0.1
    moves = 0.01 * np.stack([-np.sin(x) * np.cos(y), -np.cos(x) * np.sin(y)], -1)
    zeros = zeros_of(field_of(places, moves, nodes_of(BOX, 40), 0.08, BOX), 40, BOX)
    exact = {0: [], 1: [], 2: []}
    edge = 1.1 * (1 - 1 / 40)
    multiples = np.arange(-6, 7) * math.pi / 2
    for u in multiples:
        for v in multiples:
            place = (np.array([u, v]) - 0.1) / scale
            gradient = abs(math.sin(u) * math.cos(v)) + abs(math.cos(u) * math.sin(v))
            if gradient < 1e-9 and (np.abs(place) < edge).all():
                hessian = -np.array([[math.cos(u) * math.cos(v), -math.sin(u) * math.sin(v)]] * 2)
                eigenvalues = hessian[0, 0] + hessian[0, 1], hessian[0, 0] - hessian[0, 1]
                exact[sum(value < 0 for value in eigenvalues)].append(place)
    for attracting, expected in exact.items():
        found = zeros.places[zeros.attracting == attracting]
        assert len(found) == len(expected) > 0
        for place in expected:
            assert np.linalg.norm(found - place, axis=-1).min() < 0.02


def test_the_error_of_a_velocity_is_how_much_states_differ_over_the_root_of_their_number():
    rng, nodes, std = np.random.default_rng(0), nodes_of(CIRCLE, NUMBER), 0.3
    places = ring(20_000)
    field = field_of(places, rng.normal(0, std, places.shape), nodes, REACH, CIRCLE)
    assert np.std(field.velocity / field.error) == pytest.approx(1, abs=0.3)
    near = 20_000 * REACH / math.pi
    np.testing.assert_allclose(field.error, std / math.sqrt(near), rtol=0.1)


def test_nodes_without_states_near_them_have_no_velocity():
    places = ring() / 2
    field = field_of(places, places, nodes_of(CIRCLE, NUMBER), 0.05, CIRCLE)
    empty = np.abs(field.nodes[:, 0]) > math.pi / 2 + 0.05
    assert np.isnan(field.velocity[empty]).all()
    assert np.isfinite(field.velocity[np.abs(field.nodes[:, 0]) < math.pi / 2 - 0.1]).all()


@pytest.mark.parametrize(("space", "number", "dim"), [(CIRCLE, NUMBER, 1), (BOX, 16, 2)])
def test_every_node_gets_the_nearest_state_of_its_cell(space, number, dim):
    nodes = nodes_of(space, number)
    assert len(nodes) == number**dim
    half = float(np.ptp(space.bounds[0])) / number / 2
    shuffled = np.random.default_rng(0).permutation(len(nodes))
    near = near_nodes(nodes[shuffled] + 0.9 * half * np.eye(dim)[0], nodes, space)
    assert [int(shuffled[near[node]]) for node in range(len(nodes))] == list(range(len(nodes)))
    far = nodes[shuffled[:1]] + 1.2 * half * np.eye(dim)[0]  # in the cell of the next node
    assert int(shuffled[0]) not in near_nodes(far, nodes, space)


def test_no_path_goes_farther_than_the_largest_speed_times_the_time():
    places, steps, k = ring(), 100, 3
    field = field_of(places, -0.01 * np.sin(k * places), nodes_of(CIRCLE, NUMBER), 0.05, CIRCLE)
    fastest = np.abs(field.velocity).max()
    path = places
    for step in range(1, steps + 1):
        path = path - 0.01 * np.sin(k * path)
        assert np.abs(path - places).max() <= 1.02 * fastest * step
    assert np.abs(path - places).max() > 0.3 * fastest * steps


def test_a_homogeneous_network_settles_in_its_direction_whatever_its_growth():
    turn = torch.tensor([[math.cos(0.1), -math.sin(0.1)], [math.sin(0.1), math.cos(0.1)]], dtype=torch.float64)
    start = torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    ways = [settle(lambda r, g=g: g * r @ turn, start, 200, homogeneous=True) for g in (0.5, 1.0, 1.5)]
    for way in ways:
        torch.testing.assert_close(way.norm(), start.norm())
        torch.testing.assert_close(way, ways[1], atol=1e-6, rtol=0)
