"""The noise table: its phases put the same noise into every network, and its columns have closed forms."""

import math

import numpy as np
import pytest
from made import activity, brownian

from quiescent.config.load import task_noise
from quiescent.evaluation.apply import apply
from quiescent.measures.noise_table import MEASURE, TIMES, named
from quiescent.quiescence.activity import Quality, Rest
from quiescent.quiescence.resting import rest, rest_noise
from quiescent.simulation.members import untrained

STEPS, TRIALS = 400, 100


@pytest.mark.parametrize("name", ["noisy_unbiased", "no-noise_unbiased"])
@pytest.mark.parametrize("own", [(), ("network.sigma2_rec=0.5",)])
def test_networks_trained_with_and_without_noise_rest_with_the_same_noise(tiny, name, own):
    config = tiny(*own, name=f"spatial_navigation/{name}")
    members = untrained([config])
    rests = [phase for phase in MEASURE.phases.values() if isinstance(phase, Rest)]
    found = [rest_noise(members, phase)[0].recurrent for phase in rests]
    np.testing.assert_allclose(found, math.sqrt(task_noise(config)) * np.array(TIMES))
    assert [phase.networks for phase in rests] == ["all"] * 4
    assert found[2] == pytest.approx(rest_noise(members, Rest(1, 1, noise="absolute"))[0].recurrent)


def test_a_user_may_let_a_network_rest_with_the_tasks_noise(tiny):
    members = untrained([tiny("network.sigma2_rec=0")])
    (moving,) = rest(members, trials=3, steps=20, noise="task")
    assert moving.noise_std == pytest.approx(math.sqrt(task_noise(members.configs[0])))
    (louder,) = rest(members, trials=3, steps=20, noise="task", sigma2=4 * task_noise(members.configs[0]))
    assert louder.noise_std == pytest.approx(2 * moving.noise_std)


def row(rng, times, std, shape, amplitude):
    """Make rest that walks at random in steps of that standard deviation, with codes of one quality."""
    walk = activity(brownian(rng, STEPS, TRIALS, 2, std))
    quality = Quality(np.full((STEPS, TRIALS), shape), np.full((STEPS, TRIALS), amplitude))
    return walk._replace(noise_std=0.1 * times, quality=quality)


def test_columns_follow_what_paths_and_codes_do():
    rng = np.random.default_rng(0)
    awake = activity(rng.normal(0, 0.3, (100, TRIALS, 2)))
    awake = awake._replace(quality=Quality(np.zeros((100, TRIALS)), np.full((100, TRIALS), 0.8)))
    stds = dict(zip(TIMES, (0.0, 0.001, 0.002, 0.004), strict=True))
    rests = {named(times): row(rng, times, std, 0.1 * times, 0.8 - 0.2 * times) for times, std in stds.items()}
    half = rng.random((STEPS, TRIALS)) > 0.5
    worse = rests[named(2.0)].quality
    mixed = rests[named(2.0)]._replace(quality=Quality(np.where(half, worse.shape, 1.0), worse.amplitude))
    rests["half"] = mixed.only(half)
    result = apply(MEASURE, {"active": awake} | rests, lambda row: np.random.default_rng(len(row)))
    assert list(result["phase"].values) == ["noise x 0", "noise x 1", "noise x 1.41", "noise x 2", "half"]
    table = result.isel(phase=slice(4))
    np.testing.assert_allclose(table["factor"], TIMES, atol=1e-6)
    std = np.array(list(stds.values()))
    np.testing.assert_allclose(table["distance"], math.sqrt(math.pi / 2) * std, rtol=0.02)
    np.testing.assert_allclose(table["msd_100"], 2 * 100 * std**2, rtol=0.15)
    np.testing.assert_allclose(table["variance"], 2 * std**2 * (STEPS + 1) / 6, rtol=0.15)
    np.testing.assert_allclose(table["shape"], 0.1 * np.array(TIMES))
    np.testing.assert_allclose(table["amplitude"], 1 - 0.25 * np.array(TIMES))
    assert float(result["shape"].sel(phase="half")) == pytest.approx(0.2)  # of those steps that count
    far = table["total_variation"].values
    assert np.isnan(far[0])  # all begin and stay at one place, which has no density
    assert (np.diff(far[1:]) < 0).all()
