"""Order against paths without any, and with all of it."""

import math

import numpy as np
import pytest
from made import CIRCLE, activity, leave_all_out, leave_out, measured, ornstein_uhlenbeck, wrap

from quiescent.measures.order import LAGS, lengths, shuffled


def test_independent_places_have_no_order_at_any_lag():
    rng = np.random.default_rng(0)
    result = measured("order", {"active": activity(rng.normal(size=(500, 50, 2)))})
    np.testing.assert_allclose(result["order"], 0, atol=0.03)


def test_displacements_of_an_ornstein_uhlenbeck_process_follow_its_closed_form():
    rng = np.random.default_rng(0)
    decay, std = 0.95, 0.3
    active = leave_out(activity(ornstein_uhlenbeck(rng, 1000, 100, 2, decay, std)), rng, 0.2)
    result = measured("order", {"active": active}).sel(phase="active")
    # The length of a Gaussian displacement on the plane is Rayleigh distributed.
    expected = math.sqrt(math.pi / 2) * std * np.sqrt(2 * (1 - decay ** np.array(LAGS)))
    np.testing.assert_allclose(result["displacement"], expected, rtol=0.03)
    # Far apart in time, shuffled steps are almost independent.
    np.testing.assert_allclose(result["shuffled"], math.sqrt(math.pi) * std, rtol=0.05)
    np.testing.assert_allclose(result["lags"], 0.02 * np.array(LAGS))


def test_shuffling_keeps_the_places_of_every_path_and_what_is_left_out():
    rng = np.random.default_rng(0)
    paths = leave_out(activity(rng.normal(size=(60, 5, 2))), rng).decoded
    mixed = shuffled(paths, rng)
    assert not np.array_equal(mixed, paths, equal_nan=True)
    for path, other in zip(paths.swapaxes(0, 1), mixed.swapaxes(0, 1), strict=True):
        np.testing.assert_array_equal(np.sort(path, axis=0), np.sort(other, axis=0))


def test_a_heading_moves_the_short_way_round():
    turning = wrap(0.1 * np.arange(200)[:, None, None] * np.ones((1, 4, 1)))
    np.testing.assert_allclose(lengths(turning, 5, CIRCLE), 0.5)
    np.testing.assert_allclose(lengths(turning, 60, CIRCLE), 2 * math.pi - 6)
    assert len(lengths(turning, 200, CIRCLE)) == 0


def test_rest_that_moves_like_behaviour_is_nearer_to_it_than_its_shuffled_self():
    rng = np.random.default_rng(0)
    active, rest = (activity(ornstein_uhlenbeck(rng, 300, 50, 2, 0.98, 0.3)) for _ in range(2))
    result = measured("order", {"active": active, "quiescent": rest, "gone": leave_all_out(rest)})
    quiescent = result.sel(phase="quiescent")
    assert (quiescent["to_behaviour"] < quiescent["shuffled_to_behaviour"]).all()
    assert result.sel(phase="gone").to_array().isnull().all()
    assert LAGS[0] == 1
    assert float(result["order"].sel(phase="active")[0]) == pytest.approx(1 - math.sqrt(1 - 0.98), abs=0.05)
