"""When a code fades: lifetimes and shares of codes that are valid by construction."""

import numpy as np
import pytest

from quiescent.measures.validity import MEASURE, WINDOW, compute, lifetime, threshold, valid
from quiescent.quiescence.activity import Activity, Quality

BOX = ((-1.1, 1.1), (-1.1, 1.1))


def activity(distance, total=1.0):
    decoded = np.zeros((*distance.shape, 2), np.float32)
    return Activity(decoded, None, None, BOX, False, quality=Quality(np.full(distance.shape, total), distance))


def test_a_code_that_fades_at_a_step_lives_until_about_then():
    steps, trials = 500, 20
    faded = np.arange(trials) * 20 + 50
    good = np.arange(steps)[:, None] < faded
    lasted = lifetime(good)
    # The first window of which more than half is invalid begins half a window before.
    np.testing.assert_array_equal(lasted, faded - WINDOW // 2 + 1)


def test_flickering_for_less_than_half_of_the_time_is_no_end():
    good = np.ones((300, 4), bool)
    good[::3] = False
    np.testing.assert_array_equal(lifetime(good), 300)
    np.testing.assert_array_equal(lifetime(~good), 0)


def test_the_threshold_leaves_one_in_a_hundred_steps_of_behaviour_out():
    rng = np.random.default_rng(0)
    awake = activity(rng.exponential(size=(100, 200)))
    assert threshold(awake) == pytest.approx(np.log(100), rel=0.05)
    assert valid(awake, threshold(awake)).mean() == pytest.approx(0.99, abs=1e-3)


def test_curves_are_labelled_by_phase_and_time_and_follow_the_code():
    rng = np.random.default_rng(0)
    awake = activity(rng.uniform(0, 0.1, (100, 50)), total=2.0)
    fading = np.repeat(np.linspace(0, 1, 1000)[:, None], 50, 1)
    result = compute({"active": awake, "quiescent": activity(fading, total=1.0)}, {}, rng)
    rest = result.sel(phase="quiescent")
    np.testing.assert_allclose(rest["total"], 0.5)
    np.testing.assert_allclose(rest["distance"], fading[result["time"].values - 1, 0])
    assert float(rest["share"]) == pytest.approx(0.1, abs=0.01)
    assert float(rest["lifetime"]) == pytest.approx(0.02 * 100, abs=0.02 * WINDOW)
    assert result["total"].sel(phase="active").notnull().sum() == (result["time"] <= 100).sum()
    assert not MEASURE.readings
