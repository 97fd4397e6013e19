"""Turning against constant and symmetric turns; the interval has the coverage it claims."""

import math

import numpy as np
import pytest
from made import CIRCLE, activity, brownian, leave_all_out, leave_out, measured, wrap

from quiescent.measures.turning import MEASURE, interval, velocity
from quiescent.spaces import Circle


@pytest.mark.parametrize("turn", [0.3, -0.3])
def test_constant_turning_has_its_velocity_across_the_cut(turn):
    rng = np.random.default_rng(0)
    path = wrap(turn * np.arange(300)[:, None, None] + rng.uniform(-3, 3, (1, 20, 1)))
    awake, rest = activity(path), leave_out(activity(path), rng)
    result = measured("turning", {"active": awake, "quiescent": rest}).sel(phase="quiescent")
    assert float(result["velocity"]) == pytest.approx(turn / 0.02, rel=1e-3)
    assert float(result["reversals"]) == (turn < 0)


def test_symmetric_noise_turns_neither_way():
    rng = np.random.default_rng(0)
    rest = activity(wrap(brownian(rng, 500, 100, 1, 0.2)))
    result = measured("turning", {"active": rest, "gone": leave_all_out(rest)})
    active = result.sel(phase="active")
    assert float(active["velocity_low"]) < 0 < float(active["velocity_high"])
    assert float(active["reversals"]) == pytest.approx(0.5, abs=0.01)
    width = float(result["middle"].diff("bin").mean())
    assert float(active["histogram"].sum()) * width == pytest.approx(1, abs=0.01)
    assert float(active["velocity_stderr"]) == pytest.approx(0.2 / 0.02 / math.sqrt(500 * 100), rel=0.2)
    assert result["velocity"].sel(phase="gone").isnull()
    assert MEASURE.space is Circle


def test_the_interval_covers_the_truth_in_about_95_of_100_cases():
    rng = np.random.default_rng(0)
    covered = [low < 1 < high for low, high in (interval(rng.normal(1, 2, 60), rng) for _ in range(200))]
    assert 0.88 < np.mean(covered) < 0.99


def test_velocity_is_the_short_way_per_second():
    paths = np.array([[[3.1]], [[-3.1]]])
    np.testing.assert_allclose(velocity(paths, 0.02, CIRCLE), [[(2 * math.pi - 6.2) / 0.02]])
