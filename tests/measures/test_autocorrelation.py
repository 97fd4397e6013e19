"""Autocorrelation against closed forms: Ornstein-Uhlenbeck, white noise, standing still, turning."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, brownian, leave_all_out, leave_out, measured, ornstein_uhlenbeck, wrap

from quiescent.measures.autocorrelation import autocorrelation, correlation_time
from quiescent.measures.displacement import log_lags

STEPS, TRIALS, DT = 1000, 200, 0.02
LAGS = log_lags(STEPS)


def found(paths):
    return measured("autocorrelation", {"quiescent": activity(paths)}).sel(phase="quiescent")


@pytest.mark.parametrize("left_out", [0.0, 0.3])
@pytest.mark.parametrize("steps", [3, 20])
def test_an_ornstein_uhlenbeck_process_forgets_exponentially(steps, left_out):
    rng = np.random.default_rng(0)
    decay = math.exp(-1 / steps)
    rest = leave_out(activity(0.3 + ornstein_uhlenbeck(rng, STEPS, TRIALS, 2, decay, 0.4)), rng, left_out)
    result = measured("autocorrelation", {"quiescent": rest}).sel(phase="quiescent")
    errors = np.abs(result["autocorrelation"] - decay**LAGS) / result["autocorrelation_stderr"]
    assert errors.max() < 4
    exact = DT / (1 / decay - 1)
    assert exact == pytest.approx(DT * (steps - 0.5), rel=0.02)
    error = float(result["time_stderr"])
    assert abs(float(result["time"]) - exact) < 3 * error + math.exp(-5) * exact  # what lies beyond the last lag
    assert error < 0.05 * exact


def test_a_short_path_is_not_biased_by_its_own_mean():
    rng = np.random.default_rng(0)
    paths = ornstein_uhlenbeck(rng, 40, 2000, 1, math.exp(-1 / 20), 0.4)  # twice as long as its memory
    paths = np.concatenate([paths, np.zeros_like(paths)], -1)
    values = autocorrelation(paths, BOX)[[1, 10, 20]].mean(1)
    np.testing.assert_allclose(values, np.exp(-np.array([1, 10, 20]) / 20), atol=0.03)


def test_white_noise_remembers_nothing():
    rng = np.random.default_rng(0)
    result = found(rng.normal(0, 0.3, (STEPS, TRIALS, 2)))
    assert (np.abs(result["autocorrelation"]) < 4 * result["autocorrelation_stderr"]).all()
    assert abs(float(result["time"])) < 4 * float(result["time_stderr"]) < 0.1 * DT


def test_paths_that_stand_remember_everything_and_for_longer_than_they_last():
    rng = np.random.default_rng(0)
    result = found(np.zeros((STEPS, 1, 2)) + rng.uniform(-1, 1, (TRIALS, 2)))
    np.testing.assert_allclose(result["autocorrelation"], 1, rtol=1e-5)
    assert result["time"].isnull()


def test_where_all_paths_stand_at_one_place_or_none_counts_nothing_is_defined():
    one = activity(np.full((STEPS, TRIALS, 2), 0.3))
    result = measured("autocorrelation", {"active": one, "gone": leave_all_out(one)})
    assert result[["autocorrelation", "time"]].to_array().isnull().all()


@pytest.mark.parametrize("jumps", [False, True])
def test_headings_that_diffuse_forget_by_the_cosine_of_how_far_they_went(jumps):
    rng = np.random.default_rng(0)
    std = 0.2
    angles = wrap(rng.uniform(-math.pi, math.pi, TRIALS)[:, None] + brownian(rng, STEPS, TRIALS, 1, std))
    if jumps:  # then the sign of a heading is that of a coin, and the mean cosine that of two steps ahead is 0
        angles = wrap(angles + math.pi * rng.integers(0, 2, angles.shape))
    expected = np.zeros(len(LAGS)) if jumps else np.exp(-(std**2) * LAGS / 2)
    result = found(angles)
    assert (np.abs(result["autocorrelation"] - expected) < 4 * result["autocorrelation_stderr"]).all()
    assert result["autocorrelation"].attrs["unit"] == ""
    assert float(autocorrelation(angles, CIRCLE)[0].mean()) == pytest.approx(1)


def test_a_path_of_fewer_than_ten_correlation_times_has_no_correlation_time():
    rng = np.random.default_rng(0)
    for steps, known in ((60, False), (8, True)):
        paths = ornstein_uhlenbeck(rng, 300, TRIALS, 2, math.exp(-1 / steps), 0.4)
        every = autocorrelation(paths, BOX)
        assert math.isfinite(correlation_time(every[1:], rng).value) == known
