"""Slow points: of maps whose fixed points, growth and eigenvalues are known."""

import math

import pytest
import torch
from scipy.stats import special_ortho_group

from quiescent.dynamics.slow_points import (
    descend,
    distinct,
    eigenvalues,
    kinds_of_points,
    movement,
    slow_directions,
)

UNITS = 30
AXES = torch.from_numpy(special_ortho_group.rvs(UNITS, random_state=0))


def drawn(*shape, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def ring_network(growth):
    """Make rectified units around a ring whose weights, a cosine and a mean, map the code `relu(cos)` to its multiple.

    Such a network is homogeneous, and every turn of a fixed direction is one: by symmetry, up to the spacing of units.
    """
    turns = 2 * math.pi * torch.arange(UNITS, dtype=torch.float64) / UNITS
    code = turns.cos().relu()
    weights = (turns[:, None] - turns).cos()
    weights = weights / (weights @ code).max() * code.max()
    return (lambda states: growth * (states @ weights).relu()), turns


def test_two_bistable_units_have_their_three_fixed_points_and_the_eigenvalues_of_each():
    # Along (1, 1) the map is x <- x + dt (tanh(g x) - x), across it decays; the middle point is 0, without a direction.
    gain, dt = 2.0, 0.1
    weights = gain / 2 * torch.ones(2, 2, dtype=torch.float64)

    def step(states):
        return states + dt * ((states @ weights).tanh() - states)

    states = descend(step, drawn(40, 1).sign() + 0.3 * drawn(40, 2))
    x = 1.0
    for _ in range(200):
        x = math.tanh(gain * x)
    torch.testing.assert_close(states.abs(), torch.full_like(states, x))
    assert set(states[:, 0].sign().tolist()) == {-1, 1}
    kinds, counts = kinds_of_points(states, movement(step, states).speed, homogeneous=False)
    assert len(kinds) == 2
    assert counts.sum() == 40
    slope = gain * (1 - x**2)
    stable = torch.tensor([max(slope, 0), min(slope, 0)], dtype=torch.complex128) * dt + 1 - dt
    torch.testing.assert_close(eigenvalues(step, states[kinds]), stable.expand(2, 2))
    saddle = eigenvalues(step, torch.zeros(1, 2, dtype=torch.float64))
    torch.testing.assert_close(saddle.real[0], torch.tensor([1 - dt + dt * gain, 1 - dt], dtype=torch.float64))


@pytest.mark.parametrize("dim", [1, 2])
def test_a_line_or_a_plane_on_which_nothing_moves_is_where_descent_ends_and_has_that_many_slow_directions(dim):
    along = AXES[:, :dim] @ AXES[:, :dim].T
    centre = 3 * AXES[:, -1]

    def step(states):
        away = states - centre
        return centre + away @ along + 0.8 * (away - away @ along)

    states = descend(step, centre + drawn(20, UNITS))
    assert float(movement(step, states).speed.max()) < 1e-8
    off = (states - centre) - (states - centre) @ along
    assert float(off.norm(dim=-1).max()) < 1e-7
    moduli = eigenvalues(step, states[:3]).abs()
    found = slow_directions(moduli, 100)
    assert found.slow.tolist() == found.before_gap.tolist() == [dim] * 3
    torch.testing.assert_close(found.gap, torch.full_like(found.gap, 0.2))
    assert not found.growing.any()


@pytest.mark.parametrize("growth", [0.97, 1.0, 1.02])
def test_a_homogeneous_ring_has_one_slow_direction_beside_its_radial_one_whose_eigenvalue_is_its_growth(growth):
    step, turns = ring_network(growth)
    where = 2 * math.pi * torch.rand(10, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    starts = (turns - where).cos().relu() + 0.02 * drawn(10, UNITS)
    states = descend(step, starts, homogeneous=True)
    moved = movement(step, states)
    assert float(moved.turning.max()) < 1e-6
    grown = 1 + moved.growth
    assert float((step(states) - grown[:, None] * states).abs().max()) < 1e-5
    values = eigenvalues(step, states)
    for value, own in zip(values, grown, strict=True):  # J(r) r = F(r)
        assert float((value - own).abs().min()) < 1e-5
    found = slow_directions(values.abs() / grown[:, None], 100)
    assert found.slow.tolist() == [2] * 10
    assert found.before_gap.tolist() == [2] * 10


def test_speed_has_its_parts_and_no_size_changes_those_of_a_homogeneous_network():
    step, _ = ring_network(0.9)
    states = drawn(20, UNITS).abs()
    one, large = movement(step, states), movement(step, 50 * states)
    torch.testing.assert_close(one.speed.square(), one.growth.square() + one.turning.square())
    for a, b in zip(one, large, strict=True):
        torch.testing.assert_close(a, b)


def test_points_within_the_tolerance_are_one_and_the_first_stands_for_them():
    points = torch.tensor([[0.0], [0.3], [0.04], [0.07], [0.31]])
    assert distinct(points, 0.05).tolist() == [0, 1, 0, 3, 1]


def test_size_tells_points_apart_unless_a_network_is_homogeneous():
    states = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
    speed = torch.tensor([0.4, 0.3, 0.2, 0.1])
    assert kinds_of_points(states, speed, homogeneous=False)[0].tolist() == [3, 2, 1, 0]
    kinds, counts = kinds_of_points(states, speed, homogeneous=True)
    assert (kinds.tolist(), counts.tolist()) == ([3, 1], [2, 2])


def test_directions_that_last_for_a_trial_are_counted_and_those_that_grow():
    moduli = torch.tensor([[1.05, 1.001, 0.995, 0.98, 0.5]])
    found = slow_directions(moduli, 100)
    assert [int(number) for number in found[:3]] == [3, 1, 4]
    assert float(found.gap) == pytest.approx(0.48)
