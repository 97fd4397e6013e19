"""Kinds of motion: every model is recognised in paths that are drawn from it at random, and controls are not motion."""

import functools
import math

import numpy as np
import pytest
from made import (
    BOX,
    CIRCLE,
    activity,
    jittered,
    leave_all_out,
    leave_out_of,
    measured,
    ornstein_uhlenbeck,
    reflected,
    wrap,
)

from quiescent.measures.evidence import MODELS, evidence
from quiescent.measures.kalman import filtered
from quiescent.measures.kinds import LEAST, judged, unwrapped
from quiescent.spaces import Box

DT, STEPS, TRIALS = 0.02, 200, 100
STEP = 0.02  # m or rad, standard deviation of a step in one dimension; that of jitter too
LINE = Box(((-50.0, 50.0),))


def log_uniform(rng, low, high):
    return np.exp(rng.uniform(*np.log([low, high]), TRIALS))[:, None]


def remembering(rng, steps, dim):
    """Sample normal numbers that are remembered for so many steps, path by path."""
    decay = np.exp(-1 / steps)
    values = rng.normal(size=(STEPS, TRIALS, dim))
    for t in range(1, STEPS):
        values[t] = decay * values[t - 1] + np.sqrt(1 - decay**2) * values[t]
    return values


def moving(model, dim, seed=0):
    """Sample paths of a model with jitter; steps have a standard deviation of one, but for independent ones."""
    rng = np.random.default_rng(seed)
    starts, steps = rng.uniform(-30, 30, (TRIALS, dim)), rng.normal(size=(STEPS, TRIALS, dim))
    velocity = rng.normal(size=(TRIALS, dim))
    velocity *= rng.uniform(0.5, 2, (TRIALS, 1)) / np.linalg.norm(velocity, axis=-1, keepdims=True)
    memory = log_uniform(rng, 2, 8 if dim == 1 else 20)
    paths = {
        "stationary": starts + 0 * steps,
        "independent": rng.uniform(2, 20) * steps,
        "confined": starts + remembering(rng, memory, dim) / np.sqrt(2 - 2 * np.exp(-1 / memory)),
        "diffusion": starts + steps.cumsum(0),
        "drift": starts + (steps + velocity).cumsum(0),
        "momentum": starts + remembering(rng, log_uniform(rng, 3, 50), dim).cumsum(0),
    }
    return STEP * jittered(rng, paths[model], 1.0)


@functools.cache
def recognised(model, dim, left_out):
    paths = moving(model, dim)
    return evidence(leave_out_of(paths, np.random.default_rng(1), left_out) if left_out else paths)


@pytest.mark.parametrize(("dim", "left_out"), [(1, 0.0), (2, 0.0), (1, 0.3), (2, 0.3)])
def test_every_model_is_recognised_in_90_percent_of_paths_with_jitter_as_large_as_a_step(dim, left_out):
    for number, model in enumerate(MODELS):
        won = recognised(model, dim, left_out).criterion.argmin(0)
        least = 0.8 if model == "confined" and dim == 1 else 0.9
        assert (won == number).mean() >= least, f"{model}: {np.bincount(won, minlength=len(MODELS)) / TRIALS}"


def test_the_parameters_of_paths_are_those_that_they_were_drawn_with():
    found = {model: recognised(model, 2, 0.0).fits.get(model) for model in MODELS}
    for model in ("stationary", "diffusion", "drift", "momentum"):
        assert math.sqrt(found[model].jitter.mean()) == pytest.approx(STEP, rel=0.05)
    for model in ("diffusion", "drift"):
        assert math.sqrt(found[model].step.mean()) == pytest.approx(STEP, rel=0.05)
    speeds = np.linalg.norm(found["drift"].velocity, axis=-1) / STEP
    assert 0.4 < speeds.min() < 0.7
    assert 1.8 < speeds.max() < 2.2
    assert np.median(np.exp(-found["momentum"].decay)) == pytest.approx(math.sqrt(3 * 50), rel=0.2)


@pytest.mark.parametrize("returns", [False, True])
def test_the_filter_gives_the_density_of_a_normal_vector_whose_covariance_is_written_out(returns):
    rng = np.random.default_rng(0)
    persistence, fraction, steps = 0.6, 0.3, 12
    paths, counts = rng.normal(size=(steps, 2, 3)), rng.random((steps, 3)) > 0.3
    counts[0] = True
    sums = filtered(paths, counts, np.array([[persistence]]), np.array([[fraction]]), returns=returns)
    distance = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    deviations = fraction * persistence**distance
    # From the first place on: the sum of all steps, or how much a deviation has changed; and jitter of both places.
    change = ((np.eye(steps) if returns else np.tril(np.ones((steps, steps)))) - np.eye(steps)[0])[1:]
    covariance = change @ deviations @ change.T + (1 - fraction) * (np.eye(steps - 1) + 1)
    for trial in range(3):
        seen = counts[1:, trial]
        own = covariance[np.ix_(seen, seen)]
        errors = (paths[1:, :, trial] - paths[0, :, trial])[seen]
        assert sums.log_variances[0, trial] == pytest.approx(np.linalg.slogdet(own)[1])
        products = errors.T @ np.linalg.solve(own, errors)
        np.testing.assert_allclose(sums.squares[:, 0, trial], np.diag(products))
        np.testing.assert_allclose(sums.products[:, 0, trial], products[:, -1])


def test_jitter_that_remembers_turns_neither_standing_nor_diffusion_into_anything_else():
    rng = np.random.default_rng(0)
    starts = np.zeros((STEPS, TRIALS, 2)) + rng.uniform(-1, 1, (TRIALS, 2))
    for memory in (0.4, 0.8):
        standing = jittered(rng, starts, 0.03, memory)
        walks = jittered(rng, reflected(rng, STEPS, TRIALS, 1e-2, DT), 0.02, memory)
        won = evidence(np.concatenate([standing, walks], 1)).weights.argmax(0)
        assert np.isin(won[:TRIALS], [0, MODELS.index("confined")]).mean() > 0.95
        assert (won[TRIALS:] == MODELS.index("diffusion")).mean() > 0.85


def test_walls_confine_a_walk_of_large_steps_only():
    rng = np.random.default_rng(0)
    for step, confined in ((0.1, False), (0.4, True)):
        won = evidence(reflected(rng, STEPS, TRIALS, step**2 / (2 * DT), DT)).weights.argmax(0)
        assert (won == MODELS.index("confined" if confined else "diffusion")).mean() > 0.85


def of_phases(**phases):
    return measured("kinds", {name: activity(paths) for name, paths in phases.items()})


def test_a_result_has_weights_that_add_up_and_parameters_in_units_of_time():
    result = of_phases(active=moving("diffusion", 2), quiescent=moving("momentum", 2), dead=np.zeros((60, 40, 2)))
    np.testing.assert_allclose(result["weight"].sum("model"), 1)
    np.testing.assert_allclose(result["won"].sum("model"), 1)
    diffusion = float(result["diffusion"].sel(phase="active"))
    assert diffusion == pytest.approx(STEP**2 / (2 * DT), rel=0.05)
    assert result["diffusion"].attrs["unit"] == "m^2/s"
    assert result["diffusion"].sel(phase="dead").isnull()
    assert 1 / DT / 50 < float(result["friction"].sel(phase="quiescent")) < 1 / DT / 3
    assert float(result["won"].sel(phase="dead", model="stationary")) == 1
    assert float(result["jitter"].sel(phase="dead")) == 0
    assert (result["judged"] == [TRIALS, TRIALS, 40]).all()
    assert float(result["weight_stderr"].sel(phase="active", model="diffusion")) < 0.03


def test_headings_are_recognised_across_the_cut_and_not_judged_where_nobody_knows_which_way_they_went():
    rng = np.random.default_rng(0)
    near_the_cut = wrap(math.pi + rng.normal(0, 0.2, (STEPS, TRIALS, 1)))
    turning = wrap(5 * moving("drift", 1))
    everywhere = rng.uniform(-math.pi, math.pi, (STEPS, TRIALS, 1))
    result = of_phases(near=near_the_cut, turning=turning, everywhere=everywhere)
    assert float(result["won"].sel(phase="near", model="independent")) > 0.9
    assert float(result["won"].sel(phase="turning", model="drift")) > 0.9
    assert (result["judged"] == [TRIALS, TRIALS, 0]).all()
    assert result[["weight", "won", "diffusion", "jitter"]].sel(phase="everywhere").to_array().isnull().all()


def test_a_gap_over_which_a_heading_may_have_gone_either_way_leaves_its_path_out():
    paths = np.zeros((STEPS, 3, 1)) + np.linspace(0, 0.1, STEPS)[:, None, None]
    paths[100:, 0] += 2.0
    paths[90:100, 0] = np.nan
    paths[LEAST - 1 :, 1] = np.nan
    assert judged(paths, CIRCLE).tolist() == [False, False, True]
    assert judged(paths, LINE).tolist() == [True, False, True]


def test_paths_of_which_nothing_counts_are_not_judged():
    rest = leave_all_out(activity(moving("diffusion", 2)))
    result = measured("kinds", {"quiescent": rest})
    assert float(result["judged"].item()) == 0
    assert result[["weight", "won", "diffusion", "speed", "friction", "jitter"]].to_array().isnull().all()


def test_neither_a_shift_nor_a_turn_of_the_plane_nor_its_unit_changes_a_weight():
    paths = ornstein_uhlenbeck(np.random.default_rng(0), 100, 20, 2, 0.7, 0.3)
    weights = evidence(unwrapped(paths, BOX)).weights
    turned = 3 * paths @ np.array([[0.6, 0.8], [-0.8, 0.6]]) + 7
    np.testing.assert_allclose(evidence(unwrapped(turned, BOX)).weights, weights, atol=1e-6)
