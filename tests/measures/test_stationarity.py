"""Stationarity of densities that stay, and of densities that spread at a known rate."""

import math

import numpy as np
import pytest
from made import activity, leave_all_out, wrap

from quiescent.evaluation.apply import apply
from quiescent.measures.stationarity import MEASURE, WIDTH

STD, TRIALS, STEPS = 0.3, 200, 1000


def measured(rest, *, behaviour=None, seed=0):
    rng = np.random.default_rng(seed)
    awake = [rng.normal(0, STD, (WIDTH, TRIALS, 2)) if behaviour is None else behaviour(rng) for _ in range(2)]
    phases = {"active": activity(awake[0]), "behaviour": activity(awake[1]), "quiescent": activity(rest)}
    phases["gone"] = leave_all_out(phases["quiescent"])
    return apply(MEASURE, phases, lambda row: np.random.default_rng(len(row)))


def test_rest_that_visits_the_places_of_behaviour_stays_at_the_floor():
    result = measured(np.random.default_rng(1).normal(0, STD, (STEPS, TRIALS, 2)))
    rest = result.sel(phase="quiescent")
    np.testing.assert_allclose(rest["times"], 2 * np.arange(10) + 1)
    assert 0 < float(result["kl_floor"]) < 0.02
    for name in ("kl", "total_variation"):
        np.testing.assert_allclose(rest[name], result[f"{name}_floor"], atol=0.015)
    assert abs(float(rest["trend"])) < 3 * float(rest["trend_stderr"]) + 0.005
    gone = result.sel(phase="gone")
    assert all(gone[name].isnull().all() for name in ("kl", "total_variation", "trend"))
    assert int(result["kl"].sel(phase="behaviour").notnull().sum()) == 1


def test_a_density_that_narrows_has_the_divergence_of_two_gaussians_at_every_time():
    stds = STD * np.linspace(1, 0.5, STEPS)
    rest = np.random.default_rng(1).normal(size=(STEPS, TRIALS, 2)) * stds[:, None, None]
    result = measured(rest).sel(phase="quiescent")
    middle = stds.reshape(-1, WIDTH).mean(1) / STD
    expected = middle**2 - 1 - 2 * np.log(middle)
    np.testing.assert_allclose(result["kl"], expected, atol=0.03, rtol=0.1)
    late, early = (stds[part] / STD for part in (slice(STEPS // 2, None), slice(0, WIDTH)))
    change = np.diff([np.mean(std**2 - 1 - 2 * np.log(std)) for std in (early, late)])[0]
    assert float(result["trend"]) == pytest.approx(change, rel=0.15)


def test_the_error_of_a_trend_knows_that_a_trial_that_stays_is_one_observation():
    places = np.random.default_rng(1).normal(0, STD, (1, TRIALS, 2))
    staying = places + 0.01 * np.random.default_rng(2).normal(size=(STEPS, TRIALS, 2))
    moving = np.concatenate([staying[: STEPS // 2], staying[STEPS // 2 :][:, ::-1] * [-1, 1]])
    mixed = np.random.default_rng(1).normal(0, STD, (STEPS, TRIALS, 2))
    errors = [float(measured(rest).sel(phase="quiescent")["trend_stderr"]) for rest in (moving, mixed)]
    assert errors[0] > 3 * errors[1]


def test_headings_that_gather_have_a_total_variation_that_tells():
    rng = np.random.default_rng(0)
    spread = np.linspace(math.pi, math.pi / 2, STEPS)[:, None, None]
    rest = wrap(spread * rng.uniform(-1, 1, (STEPS, TRIALS, 1)))
    result = measured(rest, behaviour=lambda rng: rng.uniform(-math.pi, math.pi, (WIDTH, TRIALS, 1)))
    found = result["total_variation"].sel(phase="quiescent")
    expected = 1 - spread[:, 0, 0].reshape(-1, WIDTH).mean(1) / math.pi
    np.testing.assert_allclose(found, expected, atol=0.06)


def test_few_trials_say_nothing_of_where_a_network_goes():
    rest = np.random.default_rng(1).normal(0, STD, (STEPS, TRIALS, 2))
    rest[WIDTH:, 19:] = np.nan
    found = measured(rest)["kl"].sel(phase="quiescent")
    assert found[0].notnull()
    assert found[1:].isnull().all()
