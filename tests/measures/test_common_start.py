"""Distances from behaviour after a common start, and the total variation that they are."""

import math

import numpy as np
import pytest
from made import activity, leave_all_out, measured
from scipy.stats import norm

from quiescent.measures.common_start import PLACES
from quiescent.measures.kl import total_variation
from quiescent.spaces import Box


def common_start(rest, behaviour, other=None):
    """Measure rest by name, each from a common start, and other behaviour."""
    other = activity(behaviour) if other is None else other
    return measured(
        "common_start", {"active": activity(behaviour), "behaviour": other._replace(truth=other.decoded), **rest}
    )


def test_the_distance_after_a_common_start_is_the_total_variation_of_the_two_densities():
    # Around four places, densities of which half lies on one side of a line that halves the evenly visited square.
    rng = np.random.default_rng(0)
    evenly = rng.uniform(-1, 1, (100, 400, 2))
    half = evenly * [0.5, 1] + [0.5, 0]
    rest = {"everywhere": activity(evenly), "half": activity(half), "gone": leave_all_out(activity(half))}
    result = common_start(rest, rng.uniform(-1, 1, (100, 400, 2)), activity(rng.uniform(-1, 1, (100, 400, 2))))
    floor = float(result["floor"])
    assert 0 < floor < 0.1
    distance = result["distance"]
    assert float(distance.sel(phase="behaviour")) == floor
    assert float(distance.sel(phase="everywhere")) == pytest.approx(floor, abs=0.02)
    assert float(distance.sel(phase="half")) == pytest.approx(0.5, abs=0.06)
    assert distance.sel(phase="gone").isnull()
    assert distance.attrs["unit"] == ""


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("jitter", [0.0, 0.02])
def test_a_network_that_stands_still_is_as_far_from_behaviour_as_can_be_in_headings_too(dim, jitter):
    rng = np.random.default_rng(0)
    awake = rng.uniform(-1, 1, (100, 100, dim)) * math.pi ** (dim == 1)
    starts = np.repeat(rng.uniform(-1, 1, (1, PLACES, dim)), 25, axis=1)
    frozen = activity(np.repeat(starts, 100, axis=0) + jitter * rng.normal(size=(100, 100, dim)))
    result = common_start({"quiescent": frozen}, awake).sel(phase="quiescent")
    assert float(result["distance"]) == pytest.approx(1, abs=1e-12 if jitter == 0 else 0.03)
    assert float(result["distance_spread"]) < 0.01


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.1, 1.0), (0.5, 2.0), (0.0, 0.01)])
def test_total_variation_between_two_gaussians_matches_the_closed_form(mean, std):
    rng = np.random.default_rng(0)
    line = Box(((-9.0, 9.0),))
    p, q = (line.density(rng.normal(*law, (20_000, 1))) for law in ((0.0, 1.0), (mean, std)))
    x = np.linspace(-12, 12, 400_001)
    exact = 0.5 * np.abs(norm.pdf(x) - norm.pdf(x, mean, std)).sum() * (x[1] - x[0])
    found = total_variation(p, q, rng)
    assert found == pytest.approx(exact, abs=0.02)
    assert found == pytest.approx(total_variation(q, p, rng), abs=0.01)
