"""When a code fades: lifetimes and fractions of codes that are valid by construction."""

import numpy as np
import pytest
from made import activity, measured

from quiescent.measures.validity import MEASURE, WINDOW, lifetime, threshold, valid
from quiescent.quiescence.activity import Quality


def judged(distance, total=1.0):
    """Make an activity with such distances to the nearest valid code and such a read-out activity."""
    return activity(np.zeros((*distance.shape, 2)))._replace(quality=Quality(np.full(distance.shape, total), distance))


def test_a_code_that_fades_at_a_step_lives_until_about_then():
    steps, trials = 500, 20
    faded = np.arange(trials) * 20 + 50
    good = np.arange(steps)[:, None] < faded
    # The first window of which more than half is invalid begins half a window before.
    np.testing.assert_array_equal(lifetime(good), faded - WINDOW // 2 + 1)


def test_flickering_for_less_than_half_of_the_time_is_no_end():
    good = np.ones((300, 4), bool)
    good[::3] = False
    np.testing.assert_array_equal(lifetime(good), 300)
    np.testing.assert_array_equal(lifetime(~good), 0)


def test_the_threshold_leaves_one_in_a_hundred_steps_of_behaviour_out():
    rng = np.random.default_rng(0)
    awake = judged(rng.exponential(size=(100, 200)))
    assert threshold(awake) == pytest.approx(np.log(100), rel=0.05)
    assert valid(awake, threshold(awake)).mean() == pytest.approx(0.99, abs=1e-3)


def test_curves_are_labelled_by_phase_and_time_and_follow_the_code():
    rng = np.random.default_rng(0)
    awake = judged(rng.uniform(0, 0.1, (100, 50)), total=2.0)
    fading = np.repeat(np.linspace(0, 1, 1000)[:, None], 50, 1)
    result = measured("validity", {"active": awake, "quiescent": judged(fading, total=1.0)})
    rest = result.sel(phase="quiescent")
    steps = np.round(result["times"].values / 0.02).astype(int)
    np.testing.assert_allclose(rest["total"], 0.5)
    np.testing.assert_allclose(rest["distance"], fading[steps - 1, 0])
    assert float(rest["valid_fraction"]) == pytest.approx(0.1, abs=0.01)
    assert float(rest["lifetime"]) == pytest.approx(0.02 * 100, abs=0.02 * WINDOW)
    assert result["total"].sel(phase="active").notnull().sum() == (steps <= 100).sum()
    assert result["threshold"].dims == ()
    assert not MEASURE.readings
