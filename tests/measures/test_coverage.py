"""Coverage and mixing against paths that sweep, stand still, or forget at a known rate."""

import math

import numpy as np
import pytest
from made import (
    BOX,
    CIRCLE,
    activity,
    brownian,
    jittered,
    leave_all_out,
    measured,
    ornstein_uhlenbeck,
    reflected,
    wrap,
)

from quiescent.measures.coverage import BINS, bins_of, coverage, mixing, visited

BOUNDS = BOX.bounds


def sweep():
    """Make a path through the middle of every bin of the box."""
    middles = -1.1 + 2.2 * (np.arange(BINS) + 0.5) / BINS
    return np.stack(np.meshgrid(middles, middles), -1).reshape(-1, 1, 2)


def test_a_path_through_every_bin_covers_all_and_one_that_stands_covers_one_bin():
    path = sweep()
    area = visited(bins_of(np.repeat(path, 20, axis=0), BOUNDS), 2)
    assert area.mean() == pytest.approx(0.95)
    reached = coverage(bins_of(path, BOUNDS), np.ones(BINS**2, bool))
    np.testing.assert_allclose(reached[:, 0], (np.arange(BINS**2) + 1) / BINS**2)
    standing = np.zeros((50, 3, 2)) + 0.01
    np.testing.assert_allclose(coverage(bins_of(standing, BOUNDS), np.ones(BINS**2, bool)), 1 / BINS**2)


def test_steps_outside_the_box_or_left_out_reach_nothing():
    paths = np.array([[[2.0, 0.0]], [[np.nan, np.nan]], [[0.0, -1.2]]])
    assert (bins_of(paths, BOUNDS) == -1).all()
    assert coverage(bins_of(paths, BOUNDS), np.ones(BINS**2, bool)).max() == 0


def test_the_visited_area_is_where_behaviour_was_most():
    often, seldom = np.full((96, 1), 7), np.full((4, 1), 9)
    area = visited(np.concatenate([often, seldom]), 1)
    assert np.flatnonzero(area).tolist() == [7]


@pytest.mark.parametrize("decay", [0.9, 0.98])
def test_a_process_mixes_in_the_time_constant_of_its_autocorrelation(decay):
    paths = ornstein_uhlenbeck(np.random.default_rng(0), 2000, 200, 2, decay, 0.3)
    time, censored = mixing(paths, 0.02, BOX)
    assert time == pytest.approx(-0.02 / math.log(decay), rel=0.05)
    assert not censored


def test_a_heading_mixes_as_its_diffusion_says():
    # cos of the angle turned decays as exp(-std^2 lag / 2).
    std = 0.2
    start = np.random.default_rng(1).uniform(-math.pi, math.pi, (1, 500, 1))
    paths = wrap(start + brownian(np.random.default_rng(0), 1000, 500, 1, std))
    assert mixing(paths, 0.02, CIRCLE).time == pytest.approx(0.02 * 2 / std**2, rel=0.1)


def test_paths_that_stand_where_they_began_never_mix():
    starts = np.random.default_rng(0).normal(0, 0.3, (1, 50, 2))
    time, censored = mixing(np.repeat(starts, 200, axis=0), 0.02, BOX)
    assert censored
    assert time == pytest.approx(0.02 * 100)


def test_curves_are_labelled_and_end_with_their_phase():
    rng = np.random.default_rng(0)
    rest = activity(reflected(rng, 300, 40, 1e-2, 0.02))
    phases = {"active": activity(reflected(rng, 100, 40, 2e-2, 0.02)), "quiescent": rest, "gone": leave_all_out(rest)}
    result = measured("coverage", phases)
    assert result["coverage"].dims == ("phase", "time")
    steps = np.round(result["times"].values / 0.02)
    assert (steps[0], steps[-1]) == (1, 300)
    assert result["coverage"].sel(phase="active").notnull().sum() == (steps <= 100).sum()
    assert float(result["coverage_end"].sel(phase="quiescent")) == float(result["coverage"].sel(phase="quiescent")[-1])
    for variable in ("coverage", "coverage_end", "coverage_decoded"):
        assert result[variable].sel(phase="gone").isnull().all()


def covered(true, decoded, seed=0):
    """Measure coverage without jitter, over that of the true paths; and that of decoded paths, likewise."""
    everywhere = activity(np.random.default_rng(seed).uniform(-1.1, 1.1, (100, 200, 2)))
    result = measured("coverage", {"active": everywhere, "quiescent": activity(decoded)}, seed=seed)
    area = visited(bins_of(everywhere.decoded, BOUNDS), 2)
    exact = coverage(bins_of(true, BOUNDS), area)[-1].mean()
    return [float(result[name].sel(phase="quiescent")) / exact for name in ("coverage_end", "coverage_decoded")]


@pytest.mark.parametrize("memory", [0.0, 0.8])
@pytest.mark.parametrize("jitter", [0.0, 0.01, 0.02, 0.05])
@pytest.mark.parametrize("diffusion", [0.0, 1e-4, 1e-3, 1e-2])
def test_coverage_is_right_to_20_percent_whatever_the_jitter_or_not_measured(diffusion, jitter, memory):
    rng = np.random.default_rng(1)
    true = reflected(rng, 1000, 200, diffusion, 0.02)
    found, decoded = covered(true, jittered(rng, true, jitter, memory))
    if not math.isnan(found):
        assert found == pytest.approx(1, abs=0.2)
    else:
        assert decoded > 1.2  # there is a reason
        assert (diffusion, jitter) == (0.0, 0.05)  # the only one that is not told from slow diffusion
    if jitter == 0.05:
        assert decoded > 1.25


def test_coverage_of_paths_that_are_nothing_but_jitter_is_not_measured():
    rng = np.random.default_rng(0)
    for std in (0.1, 0.4):
        found, decoded = covered(np.zeros((1000, 200, 2)), jittered(rng, np.zeros((1000, 200, 2)), std))
        assert math.isnan(found)
        assert decoded > 20


def test_coverage_of_headings_that_jitter_is_that_of_headings_that_do_not():
    rng = np.random.default_rng(0)
    true = rng.uniform(-math.pi, math.pi, (200, 1)) + brownian(rng, 1000, 200, 1, 0.02)
    phases = {
        name: activity(wrap(paths))
        for name, paths in {
            "active": rng.uniform(-math.pi, math.pi, (100, 200, 1)),
            "true": true,
            "decoded": jittered(rng, true, 0.2),
            "independent": rng.uniform(-math.pi, math.pi, (1000, 200, 1)),
        }.items()
    }
    found = measured("coverage", phases)["coverage_end"]
    assert float(found.sel(phase="decoded")) == pytest.approx(float(found.sel(phase="true")), rel=0.1)
    assert found.sel(phase="independent").isnull()
