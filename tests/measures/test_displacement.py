"""Displacement against closed forms: Brownian motion, Ornstein-Uhlenbeck, standing still."""

import numpy as np
import pytest
from made import (
    BOX,
    CIRCLE,
    activity,
    brownian,
    jittered,
    leave_all_out,
    leave_out,
    measured,
    ornstein_uhlenbeck,
    reflected,
    wrap,
)

from quiescent.measures.displacement import log_lags
from quiescent.measures.motion import displacement

STEPS, TRIALS = 1000, 200


@pytest.mark.parametrize("left_out", [0.0, 0.3])
def test_brownian_motion_on_the_plane_goes_as_far_as_the_root_of_time(left_out):
    rng = np.random.default_rng(0)
    std = 0.01
    rest = leave_out(activity(brownian(rng, STEPS, TRIALS, 2, std)), rng, left_out)
    lags = log_lags(STEPS)
    msd = displacement(rest.decoded, lags, BOX).mean(1)
    np.testing.assert_allclose(msd, 2 * std**2 * lags, rtol=0.15)


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


def test_curves_are_labelled_and_a_short_phase_ends_at_half_its_length():
    rng = np.random.default_rng(0)
    phases = {
        "active": activity(brownian(rng, 100, 60, 2, 0.01)),
        "quiescent": activity(brownian(rng, 400, 60, 2, 0.01)),
        "gone": leave_all_out(activity(brownian(rng, 400, 60, 2, 0.01))),
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
    assert abs(float(result["exponent"].sel(phase="quiescent")) - 1) < 3 * error


def test_jitter_makes_paths_go_further_but_not_diffuse_faster():
    rng = np.random.default_rng(0)
    diffusion, jitter = 1e-3, 0.05
    true = reflected(rng, STEPS, TRIALS, diffusion, 0.02)
    phases = {"active": activity(true), "quiescent": activity(jittered(rng, true, jitter))}
    result = measured("displacement", phases)
    smooth, rough = result["msd"][:, 0]
    assert float(rough - smooth) == pytest.approx(4 * jitter**2, rel=0.02)
    np.testing.assert_allclose(result["diffusion"], diffusion, rtol=0.2)
    assert (result["diffusion_high"] > result["diffusion"]).all()
    assert float(result["jitter"].sel(phase="quiescent")) == pytest.approx(jitter, rel=0.05)
