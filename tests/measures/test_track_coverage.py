"""How much of a track is covered: all of it by a lap, a point's surroundings by what stands still."""

import numpy as np
import pytest
from made import BOX, activity, leave_all_out, measured
from test_reach import SQUARE, laps, round_the_square

from quiescent.errors import QuiescentError
from quiescent.measures.track_coverage import NEAR
from quiescent.runs.conditions import require_space
from quiescent.spaces import Track

AROUND = 8.0  # m


def test_a_lap_covers_the_track_half_a_lap_half_and_a_point_its_surroundings():
    steps = np.linspace(0, AROUND, 400)[:, None] * np.ones((1, 30)) + 0.3
    still = activity(np.tile([0.0, -1.0], (400, 30, 1)), space=SQUARE)
    seen = {
        "active": activity(round_the_square(steps), space=SQUARE),
        "half": activity(round_the_square(steps[:200]), space=SQUARE),
        "still": still,
        "aside": activity(np.tile([0.0, 0.0], (400, 30, 1)), space=SQUARE),
        "gone": leave_all_out(still),
    }
    result = measured("track_coverage", seen)
    expected = [1, 0.5 + 2 * NEAR / AROUND, 2 * NEAR / AROUND, 0, np.nan]
    np.testing.assert_allclose(result["covered"], expected, atol=0.01)
    np.testing.assert_allclose(result["on_track"], [1, 1, 1, 0, np.nan])


def test_noise_over_the_box_covers_everything_and_is_on_the_track_by_chance():
    rng = np.random.default_rng(0)
    noise = activity(rng.uniform(-1.2, 1.2, (2000, 30, 2)), space=SQUARE)
    result = measured("track_coverage", {"active": laps(), "noise": noise}).sel(phase="noise")
    assert float(result["covered"]) > 0.98
    chance = float(result["on_track_by_chance"])
    # Two squares, the inner one left out, and corners that are round.
    assert chance == pytest.approx((2.2**2 - 1.8**2 - (4 - np.pi) * NEAR**2) / 2.4**2, rel=0.03)
    assert float(result["on_track"]) == pytest.approx(chance, abs=4 * float(result["on_track_stderr"]) + 0.005)


def test_what_routes_share_counts_once():
    arms = Track(
        ((-2.0, 2.0), (-2.0, 2.0)), (((0.0, 0.0), (0.0, 1.0), (1.0, 1.0)), ((0.0, 0.0), (0.0, 1.0), (-1.0, 1.0))), ()
    )
    nodes, lengths = arms.nodes(0.07)
    assert lengths.sum() == pytest.approx(3)
    assert len(nodes) == len(lengths)
    assert arms.away(nodes).max() < 1e-9


def test_a_measure_of_tracks_says_that_a_box_is_none():
    with pytest.raises(QuiescentError, match=r"^it is for runs on a track; these are in a box\.$"):
        require_space(BOX, Track, "it")
