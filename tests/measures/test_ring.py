"""Ring or not: on clouds of states that are one or the other by construction."""

import math

import numpy as np
import pytest
from made import activity, leave_all_out, measured
from scipy.stats import special_ortho_group

from quiescent.measures.ring import CHOSEN, clouds_like, persistence

UNITS, STEPS, TRIALS = 32, 60, 200
AXES = special_ortho_group.rvs(UNITS, random_state=1)
NOISE = 0.05


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def awake(headings, clean, rng, noise=NOISE):
    """Make an active phase of states in a few dimensions, put into all units, with noise on each."""
    states = clean @ AXES[: clean.shape[-1]] + rng.normal(0, noise, (*clean.shape[:2], UNITS))
    made = activity(headings, states=states.astype(np.float32))
    return made._replace(truth=made.decoded)


def around(rng, low=-math.pi, high=math.pi):
    return rng.uniform(low, high, (STEPS, TRIALS, 1))


def ring(headings):
    return np.concatenate([np.cos(headings), np.sin(headings)], -1)


def noisy_ring(rng):
    """Make a ring with what trained networks have: tracking errors, an amplitude that varies, noise in all units."""
    headings = around(rng)
    tracked = headings + rng.normal(0, 0.3, headings.shape)
    return awake(headings, rng.normal(1, 0.15, headings.shape) * ring(tracked), rng)


def disc(rng):
    headings = around(rng)
    return awake(headings, np.sqrt(rng.random(headings.shape)) * ring(headings), rng)


def cloud(rng):
    return awake(around(rng), rng.normal(size=(STEPS, TRIALS, 4)) * (2, 1.5, 1, 0.5), rng)


def noise_through_a_readout(rng):
    """Decode headings from white noise: the mean state of each heading then lies on a ring."""
    states = rng.normal(size=(STEPS, TRIALS, UNITS))
    weights = ring(np.linspace(-math.pi, math.pi, UNITS, endpoint=False)[:, None])
    headings = np.arctan2(states @ weights[:, 1], states @ weights[:, 0])[..., None]
    return awake(headings, states, rng, noise=0)


def line(rng):
    headings = around(rng)
    return awake(headings, np.concatenate([headings, 0.1 * headings**2], -1), rng)


def arc(rng):
    """Make a ring that is open over a third of its length."""
    headings = around(rng)
    return awake(headings, ring(headings * 2 / 3), rng)


def test_a_ring_with_noise_is_one_and_its_states_are_in_the_order_of_the_true_heading(rng):
    result = measured("ring", {"active": noisy_ring(rng)})
    assert float(result["is_ring"]) > 1.2
    assert float(result["second"]) < float(result["ratio_null"])
    assert float(result["order"]) == pytest.approx(math.exp(-(0.3**2) / 2), abs=0.05)
    assert result["points"].sizes["point"] == CHOSEN


@pytest.mark.parametrize("made", [disc, cloud, noise_through_a_readout, line, arc])
def test_what_is_no_ring_is_none(rng, made):
    result = measured("ring", {"active": made(rng)})
    assert float(result["is_ring"]) < 1
    if made in (cloud, noise_through_a_readout):
        assert float(result["order"]) < 0.5


def test_a_ring_in_another_order_than_the_headings_is_told_from_one_of_headings(rng):
    headings = around(rng)
    result = measured("ring", {"active": awake(around(rng), ring(headings), rng)})
    assert float(result["ratio"] / result["ratio_null"]) > 1.2
    assert float(result["order"]) < 0.3
    assert float(result["is_ring"]) < 1
    backwards = measured("ring", {"active": awake(headings, ring(-headings), rng)})
    assert float(backwards["order"]) > 0.95
    assert float(backwards["is_ring"]) > 1.2


def test_rest_covers_the_fraction_of_the_ring_that_it_visits(rng):
    headings = around(rng)
    half = around(rng, 0, math.pi)
    white = np.zeros((STEPS, TRIALS, 2))
    phases = {
        "active": awake(headings, ring(headings), rng),
        "noisier": awake(headings, ring(headings), rng, noise=math.sqrt(2) * NOISE),
        "half": awake(half, ring(half), rng),
        "far": awake(headings, 1.6 * ring(headings), rng),
        "white": awake(headings, white, rng),
    }
    phases |= {name: seen._replace(truth=None) for name, seen in phases.items() if name != "active"}
    result = measured("ring", phases | {"gone": leave_all_out(phases["half"])})
    covered = {name: float(result["covered"].sel(phase=name)) for name in phases}
    assert covered["active"] == covered["noisier"] == 1
    assert covered["half"] == pytest.approx(0.5, abs=0.06)
    assert covered["far"] == covered["white"] == 0
    assert float(result["near"].sel(phase="active")) == pytest.approx(0.99, abs=0.005)
    assert 1.2 < float(result["off"].sel(phase="noisier")) < 1.5
    assert result["covered"].sel(phase="gone").isnull()


def test_a_cloud_of_noise_is_no_ring_that_anything_covers(rng):
    seen = noise_through_a_readout(rng)
    result = measured("ring", {"active": seen, "quiescent": seen._replace(truth=None)})
    assert float(result["near"].sel(phase="quiescent")) > 0.9
    assert float(result["covered"].max()) == 0


def test_points_at_the_corners_of_a_square_are_a_loop_of_known_persistence():
    first, second = persistence(np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]]))
    assert first == pytest.approx(math.sqrt(2))
    assert second == 1


def test_a_ring_of_even_points_has_the_persistence_of_its_closed_form():
    # Born at the spacing of the points, dead where a triangle reaches around the middle.
    turns = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    expected = math.sqrt(3) / (2 * math.sin(math.pi / 60))
    assert persistence(ring(turns[:, None]))[0] == pytest.approx(expected, rel=1e-5)


def test_clouds_to_compare_with_have_the_second_moments_of_the_points(rng):
    points = rng.normal(size=(20_000, 4)) @ rng.normal(size=(4, 4))
    for made in clouds_like(points, rng):
        np.testing.assert_allclose(np.cov(made.T), np.cov(points.T), atol=0.05 * np.trace(np.cov(points.T)))
