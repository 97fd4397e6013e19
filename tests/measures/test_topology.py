"""Topology: a ring, a disc and a torus in noisy units have their Betti numbers, and noise has those of a point."""

import math

import numpy as np
import pytest
from made import BOX, activity, leave_all_out, measured

from quiescent.measures import topology
from quiescent.measures.homology import diagrams, far_apart, lifetimes

UNITS, STEPS, TRIALS = 64, 25, 160
NOISE = 0.1  # of a unit whose highest rate is 1


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(topology, "DRAWS", 12)


def walks(rng, dim):
    """Walk on the unit interval, without walls, from anywhere."""
    return rng.uniform(size=(TRIALS, dim)) + np.cumsum(rng.normal(0, 0.05, (STEPS, TRIALS, dim)), axis=0)


def on_circles(rng, dim, width):
    """Tune units to places on a circle, or to pairs of angles on a torus."""
    angles, preferred = 2 * math.pi * walks(rng, dim), 2 * math.pi * rng.uniform(size=(UNITS, dim))
    return np.exp(((np.cos(angles[:, :, None] - preferred) - 1) / width**2).sum(-1))


def on_disc(rng):
    """Tune units to places on a disc."""
    radius, angle = np.moveaxis(np.abs((walks(rng, 2) + 1) % 2 - 1), -1, 0)
    places = np.sqrt(radius)[..., None] * np.stack([np.cos(2 * math.pi * angle), np.sin(2 * math.pi * angle)], -1)
    preferred = rng.uniform(-1, 1, (UNITS, 2))
    return np.exp(-np.square(places[:, :, None] - preferred).sum(-1) / (2 * 0.4**2))


MADE = {
    "ring": (lambda rng: on_circles(rng, 1, 0.7), (1, 1, 0)),
    "disc": (on_disc, (1, 0, 0)),
    "torus": (lambda rng: on_circles(rng, 2, 1.0), (1, 2, 1)),
    "noise": (lambda _: np.zeros((STEPS, TRIALS, UNITS)), (1, 0, 0)),
}


def seen(rates, rng):
    states = rates + rng.normal(0, NOISE, rates.shape)
    return activity(np.zeros((*rates.shape[:2], 2)), space=BOX, states=states.astype(np.float32))


@pytest.mark.parametrize("name", MADE)
def test_states_have_the_betti_numbers_of_what_units_are_tuned_to(name):
    rng = np.random.default_rng(0)
    make, betti = MADE[name]
    result = measured("topology", {"active": seen(make(rng), rng)}).sel(phase="active")
    assert tuple(result["betti"].values) == betti
    least = 1 / (1 + topology.DRAWS)
    np.testing.assert_array_equal(result["p_value"].values[1:] == least, np.array(betti[1:]) > 0)
    assert (result["null_95"] <= result["null_99"]).all()


def test_two_clouds_that_are_far_apart_are_two_components():
    rng = np.random.default_rng(0)
    which = np.repeat(rng.integers(2, size=TRIALS), STEPS).reshape(TRIALS, STEPS).T
    rates = np.where(which[..., None] == 1, rng.uniform(size=UNITS), rng.uniform(size=UNITS))
    result = measured("topology", {"active": seen(rates, rng)}).sel(phase="active")
    assert tuple(result["betti"].values) == (2, 0, 0)


def test_shifts_keep_what_each_unit_does_and_lose_what_units_do_together():
    rng = np.random.default_rng(0)
    rows = np.repeat(np.cumsum(rng.normal(size=(500, 1)), axis=0), 3, axis=1)
    moved = topology.shifted(rows, rng)
    for unit in moved.T:
        (begin,) = np.flatnonzero(unit == rows[0, 0])
        np.testing.assert_array_equal(np.roll(unit, -begin), rows[:, 0])
    assert len({int(np.argmax(unit == rows[0, 0])) for unit in moved.T}) == 3


def test_betti_numbers_depend_neither_on_the_size_of_states_nor_on_a_constant_nor_on_the_order_of_units():
    rng = np.random.default_rng(0)
    rows = topology.rows_of(seen(on_circles(rng, 1, 0.7), rng))
    expected = lifetimes(topology.cloud(rows), 1)[1][0]
    for other in (64 * rows, rows + 2, rows[:, ::-1]):
        assert lifetimes(topology.cloud(np.ascontiguousarray(other)), 1)[1][0] == pytest.approx(expected, rel=0.05)


def test_a_square_has_one_loop_and_an_octahedron_one_void_with_the_lifetimes_of_their_closed_forms():
    square = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    assert lifetimes(square, 1)[1] == pytest.approx([math.sqrt(2) - 1])
    assert lifetimes(square, 1)[0] == pytest.approx([1, 1, 1])
    corners = np.concatenate([np.eye(3), -np.eye(3)])
    assert diagrams(corners, 2)[2] == pytest.approx(np.array([[math.sqrt(2), 2]]))


def test_points_far_apart_cover_a_line_evenly():
    chosen = far_apart(np.linspace(0, 1, 65)[:, None], 5)
    assert sorted(chosen / 64) == [0, 0.25, 0.5, 0.75, 1]


def test_first_steps_and_those_left_out_take_no_part():
    rng = np.random.default_rng(0)
    made = seen(np.zeros((STEPS, TRIALS, UNITS)), rng)
    rows = topology.rows_of(made)
    late = made.states[topology.SKIPPED :].transpose(1, 0, 2).reshape(-1, UNITS)
    np.testing.assert_array_equal(rows, late)
    gone = measured("topology", {"active": leave_all_out(made)})
    assert gone["betti"].isnull().all()
