"""Displacement against closed forms: Brownian motion, Ornstein-Uhlenbeck, lines, standing still."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, brownian, leave_all_out, leave_out, measured, ornstein_uhlenbeck, wrap

from quiescent.measures.displacement import diffusion, displacement, exponent, log_lags

STEPS, TRIALS = 1000, 200


@pytest.mark.parametrize("left_out", [0.0, 0.3])
def test_brownian_motion_on_the_plane_diffuses_with_exponent_one(left_out):
    rng = np.random.default_rng(0)
    std = 0.01
    rest = leave_out(activity(brownian(rng, STEPS, TRIALS, 2, std)), rng, left_out)
    lags = log_lags(STEPS)
    msd = displacement(rest.decoded, lags, BOX).mean(1)
    np.testing.assert_allclose(msd, 2 * std**2 * lags, rtol=0.15)
    assert exponent(msd, lags) == pytest.approx(1, abs=0.05)
    assert diffusion(msd, lags, 2, 0.02) == pytest.approx(std**2 / (2 * 0.02), rel=0.05)


def test_a_heading_is_unwrapped_even_over_steps_that_are_left_out():
    rng = np.random.default_rng(0)
    std = 0.2
    rest = leave_out(activity(wrap(brownian(rng, STEPS, TRIALS, 1, std))), rng, 0.2)
    lags = log_lags(STEPS)
    msd = displacement(rest.decoded, lags, CIRCLE).mean(1)
    np.testing.assert_allclose(msd, std**2 * lags, rtol=0.2)


def test_an_ornstein_uhlenbeck_process_levels_off_at_twice_its_variance():
    rng = np.random.default_rng(0)
    decay, std = 0.95, 0.3
    lags = log_lags(STEPS)
    msd = displacement(ornstein_uhlenbeck(rng, STEPS, TRIALS, 2, decay, std), lags, BOX).mean(1)
    np.testing.assert_allclose(msd, 2 * 2 * std**2 * (1 - decay**lags), rtol=0.05)


def test_a_line_has_exponent_two_and_a_standing_path_none():
    lags = log_lags(STEPS)
    line = 0.01 * np.arange(STEPS)[:, None, None] * np.ones((1, 3, 2))
    assert exponent(displacement(line, lags, BOX).mean(1), lags) == pytest.approx(2)
    still = displacement(np.ones((STEPS, 3, 2)), lags, BOX)
    assert (still == 0).all()
    assert math.isnan(exponent(still.mean(1), lags))


def test_curves_are_labelled_and_a_short_phase_ends_at_half_its_length():
    rng = np.random.default_rng(0)
    phases = {
        "active": activity(brownian(rng, 100, 30, 2, 0.01)),
        "quiescent": activity(brownian(rng, 400, 30, 2, 0.01)),
        "gone": leave_all_out(activity(brownian(rng, 400, 30, 2, 0.01))),
    }
    result = measured("displacement", phases)
    assert result["msd"].dims == ("phase", "lag")
    np.testing.assert_allclose(result["lags"], 0.02 * log_lags(400))
    assert result["lags"].attrs["unit"] == "s"
    assert result["msd"].sel(phase="active").notnull().sum() == (log_lags(400) <= 50).sum()
    assert float(result["msd_100"].sel(phase="quiescent")) == pytest.approx(2 * 100 * 1e-4, rel=0.5)
    assert result.sel(phase="gone").to_array().isnull().all()
    assert result["diffusion"].attrs["unit"] == "m^2/s"
    error = float(result["exponent_stderr"].sel(phase="quiescent"))
    assert abs(float(result["exponent"].sel(phase="quiescent")) - 1) < 4 * error + 0.05
