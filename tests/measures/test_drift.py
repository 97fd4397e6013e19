"""Drift against score: on densities whose score is known, and on states that only leak."""

import itertools
import math

import numpy as np
import pytest
from made import activity, measured

from quiescent.measures.drift import COMPONENTS, MEASURE

STEPS, TRIALS, UNITS, STD = 50, 180, 12, 0.1


def drifting(states, drift, noise_std=STD, **known):
    """Measure the drift of behaviour with such states, each of which would move by `drift` in a step."""
    still = activity(np.zeros((*states.shape[:2], 2)), states=states.astype(np.float32))
    return measured("drift", {"active": still._replace(drift=drift.astype(np.float32), noise_std=noise_std, **known)})


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


def leaky(rng, k, *, push=0.0):
    """Run states that only leak, under noise and a constant drive, from their stationary density."""
    states = np.empty((40, 210, 60))
    states[0] = push / k + rng.normal(size=states[0].shape) * STD / math.sqrt(k * (2 - k))
    for before, after in itertools.pairwise(states):
        after[:] = (1 - k) * before + push + STD * rng.normal(size=before.shape)
    return states


@pytest.mark.parametrize("k", [0.2, 0.5])
def test_leak_alone_climbs_its_own_score_with_a_slope_of_one_over_two_minus_k(k):
    # All components are noise: chosen for their variance in the compared states, they would raise the slope by half.
    states = leaky(np.random.default_rng(0), k)
    result = drifting(states, -k * states, leak=k)
    assert float(result["leak_slope"]) == pytest.approx(1 / (2 - k))
    np.testing.assert_allclose(result["slope_over_theory"], 1 / (2 - k), rtol=0.12)
    np.testing.assert_allclose(result["slope"], result["slope_over_theory"] * STD**2)


def test_the_mean_of_uniform_noise_is_a_part_of_the_drift():
    states = leaky(np.random.default_rng(0), 0.2, push=0.1)
    with_mean, without = (drifting(states, -0.2 * states, noise_mean=mean) for mean in (0.1, 0.0))
    assert float(without["cosine_gaussian"].sel(components=10)) < 0.5
    assert (with_mean["cosine_gaussian"] > 0.95).all()


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
