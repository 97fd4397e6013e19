"""The temperature law on Gaussian clouds, where it has closed forms."""

import math

import numpy as np
from made import activity, leave_all_out, measured

from quiescent.measures.temperature import MEASURE
from quiescent.quiescence.activity import Rest

NOISE = 0.01


def cloud(rng, std, factor=1.0):
    """Sample an activity of that spread, under so many times the trained noise."""
    return activity(rng.normal(0, std, (400, 100, 2)))._replace(noise_std=factor * NOISE)


def test_a_process_that_obeys_the_law_is_near_it_at_every_factor_and_near_behaviour_only_at_sqrt_2():
    rng = np.random.default_rng(0)
    factors = (0.75, 1.0, math.sqrt(2), 2.0)
    rests = {f"noise x {factor:.3g}": cloud(rng, 0.2 * factor / math.sqrt(2), factor) for factor in factors}
    result = measured("temperature", {"active": cloud(rng, 0.2)} | rests)
    assert list(result["phase"].values) == list(rests)
    np.testing.assert_allclose(result["factor"], factors, atol=1e-4)
    np.testing.assert_allclose(result["spread"], result["predicted"], rtol=0.1)
    assert (result["kl_tempered"] < 0.08).all()
    assert int(result["kl"].values.argmin()) == 2
    assert (result["kl"] > result["kl_tempered"])[[0, 1, 3]].all()


def test_nothing_that_moves_gives_nan_and_no_warning():
    rng = np.random.default_rng(0)
    rests = {f"noise x {factor:g}": leave_all_out(cloud(rng, 0.2, factor)) for factor in (0.0, 1.0)}
    result = measured("temperature", {"active": cloud(rng, 0.2)} | rests)
    assert result["kl"].isnull().all()
    assert result["spread"].isnull().all()
    assert result["predicted"].sel(phase="noise x 1").notnull()
    assert result["predicted"].sel(phase="noise x 0").isnull()


def test_the_scan_goes_from_none_to_four_times_the_trained_noise():
    rests = {name: phase for name, phase in MEASURE.phases.items() if isinstance(phase, Rest)}
    factors = [phase.noise for phase in rests.values()]
    assert min(factors) == 0
    assert max(factors) == 4
    assert math.sqrt(2) in factors
    assert rests["noise x 0.5"].noise == 0.5
    assert {phase.networks for phase in rests.values()} == {"noisy"}
