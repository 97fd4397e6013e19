"""Intervals over seeds: their coverage, and what few seeds say."""

import math

import numpy as np
import pytest

from quiescent.statistics import seed_interval


def test_the_interval_covers_the_truth_in_95_of_100_cases():
    rng = np.random.default_rng(0)
    found = [seed_interval(rng.normal(3, 2, 5)) for _ in range(2000)]
    assert np.mean([one.low < 3 < one.high for one in found]) == pytest.approx(0.95, abs=0.015)


def test_one_seed_has_a_mean_and_no_interval_and_none_has_nothing():
    mean, low, high = seed_interval(np.array([math.nan, 2.0]))
    assert mean == 2
    assert math.isnan(low)
    assert math.isnan(high)
    assert all(math.isnan(value) for value in seed_interval(np.array([math.nan])))
