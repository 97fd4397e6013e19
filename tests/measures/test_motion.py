"""Diffusion, jitter and exponents against simulated paths of which all of them are known."""

import math

import numpy as np
import pytest
import torch
from made import BOX, CIRCLE, brownian, jittered, leave_out_of, ornstein_uhlenbeck, reflected, wrap

from quiescent.measures.motion import displacement, motion_of, without_jitter
from quiescent.tasks.place_cells import PlaceCellSettings, place_cells

DT, STEPS, TRIALS = 0.02, 1000, 200
DIFFUSIONS = (1e-4, 1e-3, 1e-2)  # m^2/s
JITTERS = (0.0, 0.01, 0.02, 0.05)  # m
MEMORY = 0.8  # of a unit with dt / tau = 0.2


def moving(diffusion, jitter, *, memory=0.0, steps=STEPS, seed=0):
    rng = np.random.default_rng(seed)
    return jittered(rng, reflected(rng, steps, TRIALS, diffusion, DT), jitter, memory)


def motion(paths, space=BOX):
    return motion_of(paths.astype(np.float32), space, DT, np.random.default_rng(0))


def known(estimate):
    return not math.isnan(estimate.value)


@pytest.mark.parametrize("memory", [0.0, MEMORY])
@pytest.mark.parametrize("jitter", JITTERS)
@pytest.mark.parametrize("diffusion", DIFFUSIONS)
@pytest.mark.parametrize("steps", [100, STEPS])
def test_diffusion_exponent_and_jitter_are_right_to_20_percent_or_not_measured(steps, diffusion, jitter, memory):
    found = motion(moving(diffusion, jitter, memory=memory, steps=steps))
    if known(found.measured):
        assert found.measured.value == pytest.approx(diffusion, rel=0.2)
    if not math.isnan(found.jitter_std):
        assert found.jitter_std == pytest.approx(jitter, rel=0.2)
    if known(found.exponent):
        assert abs(found.exponent.value - 1) < 0.1 + 2.5 * found.exponent.stderr
    if steps == STEPS and memory == 0:  # in a long rest, jitter like white noise of 5 cm hides nothing
        assert known(found.measured)
        assert known(found.exponent) or diffusion < 3 * jitter**2


@pytest.mark.parametrize("memory", [0.0, MEMORY])
@pytest.mark.parametrize("jitter", JITTERS[1:])
def test_paths_that_stand_and_jitter_are_not_said_to_diffuse(jitter, memory):
    found = motion(moving(0.0, jitter, memory=memory))
    assert not known(found.measured)
    assert not known(found.exponent)
    assert found.between[0] == 0
    assert found.between[1] < 0.01 * jitter**2  # a hundredth of jitter per second
    assert found.jitter_std == pytest.approx(jitter, rel=0.05)


@pytest.mark.parametrize("diffusion", [1e-5, *DIFFUSIONS])
@pytest.mark.parametrize("steps", [100, STEPS])
def test_a_decoder_of_place_cells_hides_diffusion_or_leaves_it_right(steps, diffusion):
    # The error of its read-out is 3 cm and depends on the place, so that it is neither white nor forgotten with time.
    code = place_cells(PlaceCellSettings(), BOX.bounds, torch.Generator().manual_seed(0))
    true = torch.from_numpy(moving(diffusion, 0, steps=steps)[:, :100]).float()
    found = motion(torch.cat([code.decode(code.encode(part)) for part in true.split(50)]).numpy())
    if known(found.measured):
        assert found.measured.value == pytest.approx(diffusion, rel=0.2)
    if known(found.exponent):
        assert abs(found.exponent.value - 1) < 0.1 + 2.5 * found.exponent.stderr
    if steps == STEPS:
        assert known(found.measured) == (diffusion >= 1e-3)
        assert known(found.exponent) == (diffusion >= 1e-3)


def test_paths_that_stand_still_have_no_diffusion_and_no_jitter():
    found = motion(np.zeros((STEPS, 1, 2)) + np.random.default_rng(0).uniform(-1, 1, (TRIALS, 2)))
    assert found.measured == (0, 0)
    assert found.jitter_std == 0
    assert not known(found.exponent)


def test_a_straight_line_has_exponent_2_and_no_diffusion_constant():
    start = np.random.default_rng(0).uniform(-1, 0, (TRIALS, 2))
    found = motion(start + 1e-3 * np.arange(STEPS)[:, None, None])
    assert found.exponent.value == pytest.approx(2, abs=1e-3)
    assert not known(found.measured)
    assert math.isnan(found.jitter_std)


@pytest.mark.parametrize("space", [BOX, CIRCLE], ids=lambda space: space.kind)
def test_of_independent_places_nothing_is_measured(space):
    low, high = np.array(space.bounds).T
    found = motion(np.random.default_rng(0).uniform(low, high, (STEPS, TRIALS, len(low))), space)
    assert not known(found.measured)
    assert not known(found.exponent)
    assert math.isnan(found.jitter_std)


def test_a_pull_to_the_centre_slows_displacement_but_not_the_diffusion_that_is_measured():
    decay, std = 0.999, 0.3
    found = motion(ornstein_uhlenbeck(np.random.default_rng(0), STEPS, TRIALS, 2, decay, std))
    assert found.measured.value == pytest.approx(std**2 * (1 - decay**2) / (2 * DT), rel=0.15)
    assert found.exponent.value < 1


@pytest.mark.parametrize("jitter", [0.0, 0.15])
def test_a_heading_diffuses_across_the_cut_with_jitter_or_without(jitter):
    rng, std = np.random.default_rng(0), 0.05
    start = rng.uniform(-math.pi, math.pi, (TRIALS, 1))
    found = motion(wrap(jittered(rng, start + brownian(rng, STEPS, TRIALS, 1, std), jitter)), CIRCLE)
    assert found.measured.value == pytest.approx(std**2 / (2 * DT), rel=0.15)
    assert found.exponent.value == pytest.approx(1, abs=0.15)


def test_steps_that_are_left_out_change_little():
    rng = np.random.default_rng(0)
    found = motion(leave_out_of(moving(1e-3, 0.02), rng))
    assert found.measured.value == pytest.approx(1e-3, rel=0.15)
    assert found.jitter_std == pytest.approx(0.02, rel=0.15)


def test_the_error_is_that_over_repeated_experiments():
    found = [motion(moving(1e-3, 0.01, seed=seed)).diffusion for seed in range(20)]
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.stderr for one in found]) == pytest.approx(spread, rel=0.5)


def test_paths_drawn_without_jitter_move_as_true_ones_do_and_keep_what_is_left_out():
    rng = np.random.default_rng(0)
    paths = leave_out_of(moving(1e-3, 0.05, memory=MEMORY), rng, 0.1)
    drawn = without_jitter(paths, BOX, DT, motion(paths), rng)[1]
    np.testing.assert_array_equal(np.isfinite(drawn), np.isfinite(paths))
    lags = np.array([1, 4, 16, 64])
    expected = 4 * 1e-3 * DT * lags
    np.testing.assert_allclose(np.nanmean(displacement(drawn, lags, BOX), 1), expected, rtol=0.25)
    assert (np.nanmean(displacement(paths, lags[:2], BOX), 1) > 10 * expected[:2]).all()
