"""Compression: the speed of straight runs, of diffusion, and of noise that goes nowhere."""

import math

import numpy as np
import pytest
from made import CIRCLE, activity, brownian, jittered, leave_all_out, leave_out, measured, wrap

DT = 0.02


def straight(speed, trials=50, steps=400):
    ways = np.random.default_rng(0).normal(size=(trials, 2))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    return speed * DT * np.arange(steps)[:, None, None] * ways


def test_straight_runs_are_as_compressed_as_they_are_faster_over_every_lag():
    rng = np.random.default_rng(0)
    fast = activity(straight(1.5))
    phases = {"active": activity(straight(0.3)), "fast": leave_out(fast, rng), "gone": leave_all_out(fast)}
    result = measured("compression", phases)
    np.testing.assert_allclose(result["lags"], [DT, 0.2, 0.5, 1.0])
    np.testing.assert_allclose(result["net_speed"].sel(phase="fast"), 1.5, rtol=1e-4)
    np.testing.assert_allclose(result["net_compression"], [[1] * 4, [5] * 4, [np.nan] * 4], rtol=1e-4)
    np.testing.assert_allclose(result["compression"], result["net_compression"].isel(lag=0))
    np.testing.assert_allclose(result["speed"], result["net_speed"].isel(lag=0))


def test_jitter_is_speed_over_one_step_and_none_over_long_lags():
    rng = np.random.default_rng(0)
    std, speed = 0.02, 0.3
    phases = {
        "active": activity(straight(speed)),
        "still": activity(jittered(rng, np.zeros((400, 50, 2)), std)),
        "run": activity(jittered(rng, straight(speed), std)),
    }
    result = measured("compression", phases)
    # The difference of two places has twice the variance, and its length is Rayleigh distributed.
    expected = std * math.sqrt(math.pi) / result["lags"]
    np.testing.assert_allclose(result["net_speed"].sel(phase="still"), expected, rtol=0.03)
    assert float(result["compression"].sel(phase="run")) > 5
    assert float(result["net_compression"].sel(phase="run")[-1]) == pytest.approx(1, abs=0.02)


def test_speed_of_diffusion_falls_with_the_root_of_the_lag():
    walk = activity(brownian(np.random.default_rng(0), 500, 300, 2, 0.01))
    result = measured("compression", {"active": walk}).sel(phase="active")
    expected = 0.01 * math.sqrt(math.pi / 2) * np.sqrt(result["lags"] / DT) / result["lags"]
    np.testing.assert_allclose(result["net_speed"], expected, rtol=0.05)
    np.testing.assert_allclose(result["net_compression"], 1)


def test_headings_go_on_turning_past_pi():
    turns = wrap(6.0 * DT * np.arange(300)[:, None, None] * np.ones((1, 5, 1)))
    result = measured("compression", {"active": activity(turns, space=CIRCLE)}).sel(phase="active")
    np.testing.assert_allclose(result["net_speed"], 6.0, rtol=1e-4)


def test_behaviour_that_never_moves_gives_no_compression():
    still = activity(np.zeros((50, 10, 2)))
    result = measured("compression", {"active": still, "moves": activity(straight(1.0))})
    assert result["compression"].isnull().all()
    assert float(result["speed"].sel(phase="moves")) == pytest.approx(1, rel=1e-4)
