"""When a code fades: lifetimes and fractions of codes that are valid by construction."""

import numpy as np
import pytest
from made import activity, measured

from quiescent.measures.validity import MEASURE, SETTLED, WINDOW, lifetime, limit_of
from quiescent.quiescence.activity import Quality


def judged(shape, amplitude=1.0, limit=0.1):
    """Make an activity with such distances of its code's shape, and such an amplitude."""
    quality = Quality(shape, np.broadcast_to(amplitude, shape.shape).astype(float))
    return activity(np.zeros((*shape.shape, 2)))._replace(quality=quality, valid=shape <= limit)


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


def test_the_limit_is_that_of_settled_behaviour_of_all_that_are_compared():
    rng = np.random.default_rng(0)
    awake = judged(rng.exponential(size=(100, 200)))
    awake.quality.shape[:SETTLED] = 1e6  # as the encoder leaves it
    assert limit_of([awake]) == pytest.approx(np.log(100), rel=0.05)
    other = judged(np.zeros((100, 200)))
    assert limit_of([awake, other]) == pytest.approx(np.log(50), rel=0.05)


def test_curves_are_labelled_by_phase_and_time_and_follow_the_code():
    rng = np.random.default_rng(0)
    awake = judged(rng.uniform(0, 0.1, (100, 50)))
    fading = np.repeat(np.linspace(0, 1, 1000)[:, None], 50, 1)
    result = measured("validity", {"active": awake, "quiescent": judged(fading)})
    rest = result.sel(phase="quiescent")
    steps = np.round(result["times"].values / 0.02).astype(int)
    np.testing.assert_array_equal(rest["valid"], fading[steps - 1, 0] <= 0.1)
    assert float(rest["valid_fraction"]) == pytest.approx(0.1, abs=0.01)
    for lifetime_ in ("lifetime", "lifetime_median"):
        assert float(rest[lifetime_]) == pytest.approx(0.02 * 100, abs=0.02 * WINDOW)
    assert float(rest["lasted"]) == 0
    assert float(result["lasted"].sel(phase="active")) == 1  # censored: it lasts to the end of a trial
    assert not MEASURE.readings


def test_amplitude_is_that_of_behaviour_and_flags_what_fades_and_diverges():
    awake = judged(np.full((100, 50), 0.01), amplitude=2.0)
    phases = {"active": awake}
    for name, factor in (("quiescent", 0.9), ("noise_added", 0.4), ("random", 2.1)):
        phases[name] = judged(np.full((2000, 50), 0.2), amplitude=2.0 * factor)
    result = measured("shape", phases)
    np.testing.assert_allclose(result["amplitude"], [1, 0.9, 0.4, 2.1])
    np.testing.assert_allclose(result["shape"], [0.01, 0.2, 0.2, 0.2])
    np.testing.assert_array_equal(result["faded"], [0, 0, 1, 0])
    np.testing.assert_array_equal(result["diverged"], [0, 0, 0, 1])
    np.testing.assert_allclose(result["amplitude_curve"].sel(phase="quiescent"), 0.9)
