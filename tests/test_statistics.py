"""Statistics against those of well-kept libraries."""

import numpy as np
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quiescent.statistics import wasserstein_distance

SAMPLES = arrays(float, st.integers(1, 30), elements=st.floats(-100, 100, width=32))


@given(SAMPLES, SAMPLES)
def test_wasserstein_distances_are_scipys(first, second):
    assert wasserstein_distance(first, second) == scipy.stats.wasserstein_distance(first, second)


def test_wasserstein_distance_of_a_shifted_sample_is_the_shift():
    sample = np.random.default_rng(0).normal(size=500)
    np.testing.assert_allclose(wasserstein_distance(sample, sample[::-1] + 0.25), 0.25, rtol=1e-12)
