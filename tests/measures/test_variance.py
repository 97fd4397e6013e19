"""Variance and distance against closed forms, on lines and circles, with steps left out."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, measured, wrap
from scipy.special import i0, i1
from scipy.stats import vonmises

from quiescent.measures.distance import distance
from quiescent.measures.variance import variance


def test_variance_of_ornstein_uhlenbeck_paths_is_the_stationary_variance():
    rng = np.random.default_rng(0)
    decay, std, steps, trials = 0.7, 0.1, 1000, 500
    stationary = std / math.sqrt(1 - decay**2)
    paths = np.empty((steps, trials, 2))
    paths[0] = rng.normal(0, stationary, (trials, 2))
    for t in range(1, steps):
        paths[t] = decay * paths[t - 1] + std * rng.normal(size=(trials, 2))
    values = variance(paths, BOX)
    assert values.shape == (trials,)
    # A finite path varies about its own mean, which takes away the variance of that mean.
    lost = (1 + decay) / (1 - decay) / steps
    assert values.mean() == pytest.approx(2 * stationary**2 * (1 - lost), rel=0.01)


def test_circular_variance_matches_von_mises_and_ignores_where_the_circle_is_cut():
    kappa = 3.0
    angles = vonmises.rvs(kappa, size=(2000, 100, 1), random_state=0)
    values = variance(angles, CIRCLE)
    assert values.mean() == pytest.approx(1 - i1(kappa) / i0(kappa), abs=0.005)
    np.testing.assert_allclose(variance(angles + math.pi, CIRCLE), values, atol=1e-6)


def test_distance_of_a_straight_line_is_its_step():
    step = np.array([0.03, 0.04])
    paths = np.arange(100)[:, None, None] * step + np.random.default_rng(0).uniform(-1, 1, (1, 7, 2))
    np.testing.assert_allclose(distance(paths, BOX), np.full(7, 0.05))


def test_distance_takes_the_short_way_across_pi():
    np.testing.assert_allclose(distance(wrap(3.0 + 0.1 * np.arange(100)[:, None, None]), CIRCLE), [0.1])


@pytest.mark.parametrize("measure", [variance, distance])
def test_a_path_of_one_point_is_an_error(measure):
    with pytest.raises(ValueError, match="two steps or more, but got 1"):
        measure(np.zeros((1, 5, 2)), BOX)


@pytest.mark.parametrize("measure", [variance, distance])
def test_steps_that_are_left_out_do_not_count(measure):
    rng = np.random.default_rng(0)
    paths = rng.normal(size=(100, 5, 2))
    gaps = paths.copy()
    gaps[50:, :4] = np.nan
    gaps[1:, 0] = np.nan
    values = measure(gaps, BOX)
    assert np.isnan(values[0])
    np.testing.assert_allclose(values[1:4], measure(paths[:50], BOX)[1:4])
    np.testing.assert_allclose(values[4], measure(paths, BOX)[4])
    angles, cut = paths[..., :1], gaps[..., :1]
    np.testing.assert_allclose(measure(cut, CIRCLE)[1:4], measure(angles[:50], CIRCLE)[1:4])


def test_one_number_per_trial_becomes_a_mean_with_the_error_over_trials():
    rng = np.random.default_rng(0)
    paths = rng.normal(size=(200, 100, 2)) * np.linspace(0.5, 1.5, 100)[:, None]
    result = measured("variance", {"quiescent": activity(paths)})
    values = variance(paths, BOX)
    assert float(result["variance"][0]) == pytest.approx(values.mean())
    assert float(result["variance_stderr"][0]) == pytest.approx(values.std() / 10, rel=0.2)
    assert result["variance"].attrs["unit"] == "m^2"
    assert measured("variance", {"quiescent": activity(paths[..., :1])})["variance"].attrs["unit"] == ""
