"""Ring or line: on states that are one or the other by construction."""

import math

import numpy as np
import pytest
from made import activity, leave_all_out, measured
from scipy.stats import special_ortho_group

from quiescent.measures.ring import BINS, mean_states, persistence

UNITS = 32


def states_of(headings, embed, rng, noise=0.05):
    axes = special_ortho_group.rvs(UNITS, random_state=1)
    points = embed(headings[..., 0])
    clean = points @ axes[: points.shape[-1]]
    return activity(headings, states=(clean + rng.normal(0, noise, clean.shape)).astype(np.float32))


def ring(heading):
    return np.stack([np.cos(heading), np.sin(heading)], -1)


def line(heading):
    return np.stack([heading, 0.1 * heading**2], -1)


@pytest.fixture
def headings():
    return np.random.default_rng(0).uniform(-math.pi, math.pi, (100, 200, 1))


def test_a_ring_has_a_lasting_loop_and_a_line_has_none(headings):
    rng = np.random.default_rng(0)
    closed, straight = (measured("ring", {"active": states_of(headings, embed, rng)}) for embed in (ring, line))
    # Born at the spacing of 48 points, dead where triangles fill it: sqrt(3) over 2 sin(pi / 48).
    assert float(closed["ratio"]) == pytest.approx(math.sqrt(3) / (2 * math.sin(math.pi / BINS)), rel=0.15)
    assert float(closed["second"]) < 2
    assert float(straight["ratio"]) < 2


def test_points_at_the_corners_of_a_square_are_a_loop_of_known_persistence():
    first, second = persistence(np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]]))
    assert first == pytest.approx(math.sqrt(2))
    assert second == 1


def test_rest_covers_the_fraction_of_the_ring_that_it_visits(headings):
    rng = np.random.default_rng(0)
    awake, half = states_of(headings, ring, rng), states_of(np.abs(headings), ring, rng)
    far = states_of(headings, lambda angle: 1.5 * ring(angle), rng)
    result = measured("ring", {"active": awake, "half": half, "far": far, "gone": leave_all_out(half)})
    covered, off = result["covered"], result["off"]
    assert float(covered.sel(phase="active")) == 1
    assert float(covered.sel(phase="half")) == pytest.approx(0.5, abs=0.03)
    assert float(off.sel(phase="half")) == pytest.approx(1, abs=0.1)
    usual = math.sqrt(UNITS) * 0.05
    assert float(off.sel(phase="far")) == pytest.approx(math.hypot(0.5, usual) / usual, rel=0.1)
    assert covered.sel(phase="gone").isnull()


def test_mean_states_are_those_of_their_heading(headings):
    means, fraction = mean_states(states_of(headings, ring, np.random.default_rng(0), noise=0.0))
    np.testing.assert_allclose(np.linalg.norm(means, axis=1), 1, atol=0.01)
    np.testing.assert_allclose(fraction, 1 / BINS, rtol=0.2)
