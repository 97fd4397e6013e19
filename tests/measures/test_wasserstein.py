"""Wasserstein distances against closed forms of shifts and scales."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, leave_all_out, measured
from scipy.stats import vonmises

from quiescent.measures.wasserstein import wasserstein
from quiescent.spaces import Box


def test_a_shift_costs_its_mean_over_directions():
    rng = np.random.default_rng(0)
    cloud = rng.normal(0, 0.3, (20_000, 2))
    # Root mean square over directions of |shift . direction|.
    expected = 0.5 / math.sqrt(2)
    assert wasserstein(cloud, cloud + np.array([0.3, 0.4]), BOX, rng) == pytest.approx(expected, rel=0.15)


def test_a_scale_costs_the_difference_of_standard_deviations():
    rng = np.random.default_rng(0)
    narrow, wide = rng.normal(0, 0.3, (20_000, 2)), rng.normal(0, 0.5, (20_000, 2))
    assert wasserstein(narrow, wide, BOX, rng) == pytest.approx(0.2, rel=0.05)
    assert wasserstein(narrow[:, :1], wide[:, :1], Box(((-2.0, 2.0),)), rng) == pytest.approx(0.2, rel=0.05)


def test_headings_are_moved_along_the_circle():
    rng = np.random.default_rng(0)
    angles = vonmises.rvs(20, loc=math.pi, size=(5000, 1), random_state=rng)
    assert wasserstein(angles, angles + 0.4, CIRCLE, rng) == pytest.approx(0.4, rel=0.02)
    assert wasserstein(angles, angles + 2 * math.pi, CIRCLE, rng) == pytest.approx(0, abs=1e-6)


def test_every_phase_is_measured_from_behaviour_and_an_empty_one_is_nan():
    rng = np.random.default_rng(0)
    near, far = (activity(rng.normal(mean, 0.3, (100, 50, 2))) for mean in (0, 0.5))
    phases = {"active": near, "quiescent": far, "behaviour": near, "gone": leave_all_out(far)}
    values = measured("wasserstein", phases)["wasserstein"]
    assert list(values["phase"].values) == ["quiescent", "behaviour", "gone"]
    assert float(values.sel(phase="behaviour")) < 0.02 < float(values.sel(phase="quiescent"))
    assert values.sel(phase="gone").isnull()
