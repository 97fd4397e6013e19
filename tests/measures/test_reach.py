"""Times and rates of reaching regions against closed forms: laps, a Markov process, paths that stand still."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, leave_all_out, leave_out, measured, reflected

from quiescent.measures.reach import kaplan_meier, median
from quiescent.measures.regions import NOWHERE, places, regions_of, visits
from quiescent.spaces import Box, Track

SIDE = 2.0
CORNERS = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
SQUARE = Track(
    ((-1.2, 1.2), (-1.2, 1.2)),
    ((*CORNERS, CORNERS[0]),),
    tuple((f"corner {number}", corner, 0.2) for number, corner in enumerate(CORNERS)),
)


def round_the_square(walked):
    corners = np.array([*CORNERS, CORNERS[0]])
    lengths = SIDE * np.arange(5)
    return np.stack([np.interp(walked % 8, lengths, along) for along in corners.T], -1)


def laps(steps=400, trials=40, speed=1.0, dt=0.05):
    start = np.random.default_rng(0).uniform(0, 8, trials)
    return activity(round_the_square(start + speed * dt * np.arange(steps)[:, None]), space=SQUARE, dt=dt)


def reach(seen, **others):
    return measured("reach", {"active": seen} | others).sel(phase=["active", *others])


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_laps_at_a_steady_speed_take_the_way_between_regions_over_the_speed(speed):
    result = reach(laps(speed=speed, steps=3000)).sel(phase="active")
    assert float(result["reach_time"]) == pytest.approx(SIDE / speed, abs=0.06)
    # The last way of each path is cut short: half of one, of 37 or more.
    assert float(result["reach_rate"]) == pytest.approx(speed / SIDE, rel=0.03)
    assert float(result["reached"]) == 1
    rates = result["rates"].values
    np.testing.assert_allclose(rates, speed / SIDE * np.roll(np.eye(4), 1, axis=1), rtol=0.06)


def test_a_process_without_memory_has_the_rates_that_it_was_made_with_however_short_it_is_watched():
    rng = np.random.default_rng(0)
    dt, rate, trials = 0.02, 0.4, 3000
    for seconds in (1, 6):  # most times are censored, or few
        leaves = rng.random((round(seconds / dt), trials)) < 1 - math.exp(-rate * dt)
        at = (rng.integers(4, size=trials) + np.cumsum(leaves * rng.integers(1, 4, leaves.shape), axis=0)) % 4
        seen = activity(np.array(CORNERS)[at], space=SQUARE, dt=dt)
        results = reach(seen, some=leave_out(seen, rng, 0.02))
        some, result = results.sel(phase="some"), results.sel(phase="active")
        assert float(some["reach_rate"]) == pytest.approx(rate, abs=4 * float(some["reach_rate_stderr"]) + 0.01)
        error = float(result["reach_rate_stderr"])
        assert 0 < error < 0.03
        assert float(result["reach_rate"]) == pytest.approx(rate, abs=4 * error + 0.01)
        np.testing.assert_allclose(result["rates"] * (1 - np.eye(4)), rate / 3 * (1 - np.eye(4)), atol=0.04)
        if seconds == 1:  # less than half has reached another region by then
            assert np.isnan(result["reach_time"])
        else:
            error = float(result["reach_time_stderr"])
            assert float(result["reach_time"]) == pytest.approx(math.log(2) / rate, abs=4 * error)


def test_a_path_that_diffuses_on_a_line_reaches_the_other_end_when_theory_says():
    rng = np.random.default_rng(0)
    dt, diffusion, half = 0.01, 0.5, 1.0
    box = Box(((-half, half),))
    steps = rng.normal(0, math.sqrt(2 * diffusion * dt), (4000, 200, 1))
    folded = np.abs((np.cumsum(steps, axis=0)) % (4 * half) - 2 * half) - half  # from one wall
    regions = regions_of(box)
    np.testing.assert_allclose(regions.centres[:, 0], [-half + 0.25, half - 0.25])
    result = reach(activity(folded, space=box, dt=dt)).sel(phase="active")
    # From the inner edge of one region, 0.5 from the wall behind, to that of the other, 1.5 from it. A walk in steps is
    # beyond an edge by 0.58 of their standard deviation when it is first seen to have crossed it (Siegmund 1979).
    beyond = 0.5826 * math.sqrt(2 * diffusion * dt)
    mean = ((1.5 + beyond) ** 2 - (0.5 - beyond) ** 2) / (2 * diffusion)
    assert float(result["reach_rate"]) == pytest.approx(1 / mean, rel=0.05)


@pytest.mark.parametrize("space", [SQUARE, BOX, CIRCLE], ids=["track", "box", "circle"])
def test_what_stands_still_reaches_nothing(space):
    low, high = np.array(space.bounds).T
    still = np.random.default_rng(0).uniform(low, high, (1, 200, len(low))).repeat(100, 0)
    seen = activity(still, space=space)
    result = reach(seen, gone=leave_all_out(seen))
    frozen, gone = result.sel(phase="active"), result.sel(phase="gone")
    assert float(frozen["reach_rate"]) == float(frozen["reached"]) == 0
    assert np.isnan(frozen["reach_time"])
    for name in ("reach_rate", "reached", "reach_time", "rates"):
        assert gone[name].isnull().all()


def test_regions_of_a_box_and_a_circle_do_not_overlap_and_lie_within():
    for space in (BOX, CIRCLE, Box(((0.0, 3.0), (0.0, 1.0)))):
        regions = regions_of(space)
        assert len(regions.radii) == 4
        for number, centre in enumerate(regions.centres):
            others = np.delete(regions.centres, number, axis=0)
            assert (np.linalg.norm(space.difference(others, centre), axis=-1) > 2 * regions.radii[number]).all()


def test_a_step_that_is_left_out_censors_what_is_under_way_and_leaves_the_median_unbiased():
    whole = laps(steps=800, trials=100)
    result = reach(whole, some=leave_out(whole, np.random.default_rng(1), 0.02))  # half of all ways are cut
    np.testing.assert_allclose(result["reach_time"], SIDE, atol=0.06)
    at = np.array([[0], [NOWHERE], [NOWHERE], [1], [1], [0]])
    known = np.array([[True], [True], [False], [True], [True], [True]])
    trial, region, following, steps = visits(at, known)
    np.testing.assert_array_equal(trial, 0)
    np.testing.assert_array_equal(region, [0, 1, 0])
    np.testing.assert_array_equal(following, [NOWHERE, 0, NOWHERE])
    np.testing.assert_array_equal(steps, [1, 2, 0])


def test_coming_back_to_a_region_is_no_event():
    path = np.array([-1.0, 0, -1, 0, -1, 0, 1])[:, None, None] * np.ones((1, 1, 2))
    at = places(path, SQUARE, regions_of(SQUARE))
    seen = visits(at, np.ones(at.shape, bool))
    np.testing.assert_array_equal(seen.region, [0, 2])
    np.testing.assert_array_equal(seen.steps, [6, 0])


def test_without_censoring_kaplan_and_meier_have_the_plain_median():
    times = np.random.default_rng(0).integers(0, 30, 201)
    counts = np.bincount(times, minlength=40)
    assert median(kaplan_meier(counts, counts)) == np.median(times)
    np.testing.assert_allclose(kaplan_meier(counts, counts), 1 - counts.cumsum() / 201, atol=1e-12)


def test_diffusion_in_a_box_reaches_corners_faster_the_faster_it_is():
    slow, fast = (activity(reflected(np.random.default_rng(0), 2000, 100, speed, 0.02)) for speed in (0.05, 0.2))
    result = reach(slow, fast=fast)["reach_rate"]
    assert float(result.sel(phase="fast") / result.sel(phase="active")) == pytest.approx(4, rel=0.5)
