"""Drift against score: on densities whose score is known, and on an Ornstein-Uhlenbeck process."""

import math

import numpy as np
import pytest
from made import activity, measured, ornstein_uhlenbeck

from quiescent.measures.drift import COMPONENTS, MEASURE

STEPS, TRIALS, UNITS, STD = 60, 200, 12, 0.1


def drifting(states, drift, noise_std=STD):
    """Measure the drift of behaviour with such states, each of which would move by `drift` in a step."""
    still = activity(np.zeros((*states.shape[:2], 2)), states=states.astype(np.float32))
    return measured("drift", {"active": still._replace(drift=drift.astype(np.float32), noise_std=noise_std)})


def mixture(rng):
    """Sample states around two centres on the first axis, with the score of their density."""
    variances = np.r_[0.2, 0.3, np.full(UNITS - 2, 0.01)]
    centre = np.zeros(UNITS)
    centre[0] = 1.2
    sign = rng.choice([-1, 1], (STEPS, TRIALS, 1))
    states = sign * centre + rng.normal(size=(STEPS, TRIALS, UNITS)) * np.sqrt(variances)
    weight = np.tanh(states[..., :1] * centre[0] / variances[0])  # how much more likely the right centre is
    return states, (weight * centre - states) / variances


@pytest.mark.parametrize("noise", [0.0, 0.05])
def test_a_drift_along_the_score_of_a_mixture_has_cosine_one_and_the_slope_of_the_theory(noise):
    rng = np.random.default_rng(0)
    states, score = mixture(rng)
    result = drifting(states, STD**2 * score + noise * STD**2 * rng.normal(size=states.shape)).sel(components=2)
    assert float(result["cosine"]) > 0.93
    assert float(result["slope_over_theory"]) == pytest.approx(1, abs=0.15)
    # One Gaussian cannot see that there are two centres.
    assert float(result["cosine_gaussian"]) < float(result["cosine"]) - 0.1


def test_an_ornstein_uhlenbeck_process_drifts_by_half_of_the_noise_variance_times_its_score():
    # x' = x - rate x + STD xi: stationary variance STD^2 / (2 rate - rate^2), score -x / variance.
    rng = np.random.default_rng(0)
    rate = 0.05
    stationary = STD / math.sqrt(2 * rate - rate**2)
    states = ornstein_uhlenbeck(rng, 12, 4000, UNITS, 1 - rate, stationary)
    result = drifting(states, -rate * states)
    for number in (2, 3):
        fit = result.sel(components=number)
        assert float(fit["cosine"]) > 0.95
        expected = rate * stationary**2 / STD**2
        assert expected == pytest.approx(0.5, abs=0.02)
        assert float(fit["slope_over_theory"]) == pytest.approx(expected, rel=0.12)
        assert abs(float(fit["slope"]) - expected * STD**2) < 6 * float(fit["slope_stderr"]) + 0.1 * STD**2


def test_a_drift_that_has_nothing_to_do_with_the_density_has_no_cosine():
    rng = np.random.default_rng(0)
    states, _ = mixture(rng)
    result = drifting(states, rng.normal(size=states.shape))
    assert result["cosine"].dims == ("components",)
    assert (np.abs(result["cosine"]) < 0.1).all()
    assert list(result["components"].values) == list(COMPONENTS)
    assert not MEASURE.readings


def test_without_noise_there_is_no_slope_to_compare_with():
    result = drifting(*mixture(np.random.default_rng(0)), noise_std=0.0)
    assert result["slope_over_theory"].isnull().all()
    assert result["slope"].notnull().all()
