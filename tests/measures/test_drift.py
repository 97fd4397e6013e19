"""Drift against score: on densities whose score is known, and on an Ornstein-Uhlenbeck process."""

import math

import numpy as np
import pytest
from made import activity, ornstein_uhlenbeck

from quiescent.measures.drift import COMPONENTS, MEASURE, compute
from quiescent.spaces.score import gaussian_score, kernel_score

STEPS, TRIALS, UNITS, STD = 60, 200, 12, 0.1


def measured(states, drift, rng):
    one = activity(np.zeros((*states.shape[:2], 2)), states=states.astype(np.float32))
    return compute({"active": one._replace(drift=drift.astype(np.float32), noise_std=STD)}, {}, rng)


def mixture(rng):
    """States around two centres on the first axis, and the score of their density."""
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
    found = measured(states, STD**2 * score + noise * STD**2 * rng.normal(size=states.shape), rng).sel(components=2)
    assert float(found["cosine"]) > 0.93
    assert float(found["slope_over_theory"]) == pytest.approx(1, abs=0.15)
    # One Gaussian cannot see that there are two centres.
    assert float(found["cosine_gaussian"]) < float(found["cosine"]) - 0.1


def test_an_ornstein_uhlenbeck_process_drifts_by_half_of_the_noise_variance_times_its_score():
    # x' = x - rate x + STD xi: stationary variance STD^2 / (2 rate - rate^2), score -x / variance.
    rng = np.random.default_rng(0)
    rate = 0.05
    stationary = STD / math.sqrt(2 * rate - rate**2)
    states = ornstein_uhlenbeck(rng, 12, 4000, UNITS, 1 - rate, stationary)
    found = measured(states, -rate * states, rng)
    for number in (2, 3):
        one = found.sel(components=number)
        assert float(one["cosine"]) > 0.95
        expected = rate * stationary**2 / STD**2
        assert expected == pytest.approx(0.5, abs=0.02)
        assert float(one["slope_over_theory"]) == pytest.approx(expected, rel=0.12)
        assert abs(float(one["slope"]) - expected * STD**2) < 6 * float(one["slope_stderr"]) + 0.1 * STD**2


def test_a_drift_that_has_nothing_to_do_with_the_density_has_no_cosine():
    rng = np.random.default_rng(0)
    states, _ = mixture(rng)
    found = measured(states, rng.normal(size=states.shape), rng)
    assert (np.abs(found["cosine"]) < 0.1).all()
    assert list(found["components"].values) == list(COMPONENTS)
    assert not MEASURE.readings


def test_the_kernel_score_of_a_gaussian_is_its_score():
    rng = np.random.default_rng(0)
    points, at = (rng.normal(size=(n, 2)) * [1.0, 0.3] + [2.0, -1.0] for n in (20_000, 500))
    exact = -(at - [2.0, -1.0]) / np.square([1.0, 0.3])
    error = np.sqrt(np.square(kernel_score(points, at) - exact).mean(0) / np.square(exact).mean(0))
    assert (error < 0.2).all()
    np.testing.assert_allclose(gaussian_score(points, at), exact, atol=0.3)


def test_without_noise_there_is_no_slope_to_compare_with():
    rng = np.random.default_rng(0)
    states, score = mixture(rng)
    one = activity(np.zeros((STEPS, TRIALS, 2)), states=states.astype(np.float32))
    found = compute({"active": one._replace(drift=score.astype(np.float32))}, {}, rng)
    assert found["slope_over_theory"].isnull().all()
    assert found["slope"].notnull().all()
