"""The temperature law, on Gaussians and on an Ornstein-Uhlenbeck process, where it has closed forms."""

import math

import numpy as np
import pytest

from quiescent.measures.kl import density
from quiescent.measures.temperature import MEASURE, compute, spread
from quiescent.spaces.tempered import Tempered
from quiescent.quiescence.activity import Activity, Rest

BOX = ((-1.1, 1.1), (-1.1, 1.1))


def cloud(rng, std, shape=(400, 100)):
    return Activity(rng.normal(0, std, (*shape, 2)).astype(np.float32), None, None, BOX, False)


@pytest.mark.parametrize("factor", [1.0, math.sqrt(2), 2.0])
def test_a_tempered_gaussian_has_the_variance_that_the_law_gives(factor):
    rng = np.random.default_rng(0)
    law = Tempered(density(rng.normal(0, 0.2, (50_000, 2))), 2 / factor**2, BOX)
    assert spread(law.points, circular=False, weights=law.weights) == pytest.approx(2 * 0.04 * factor**2 / 2, rel=0.03)
    assert law.weights.sum() == pytest.approx(1)
    itself = law.draw(2000, rng)
    # The log density of a Gaussian, at its own draws, is minus its entropy on average.
    entropy = math.log(2 * math.pi * math.e * 0.04 * factor**2 / 2)
    assert law.log(itself).mean() == pytest.approx(-entropy, abs=0.1)


def test_a_process_that_obeys_the_law_is_near_it_at_every_factor_and_near_behaviour_only_at_sqrt_2():
    rng = np.random.default_rng(0)
    factors = (0.75, 1.0, math.sqrt(2), 2.0)
    phases = {"active": cloud(rng, 0.2)} | {f"{c:.4f}": cloud(rng, 0.2 * c / math.sqrt(2)) for c in factors}
    found = compute(phases, {}, rng)
    np.testing.assert_allclose(found["spread"], found["predicted"], rtol=0.1)
    assert (found["kl_tempered"] < 0.08).all()
    assert int(found["kl"].values.argmin()) == 2
    assert (found["kl"] > found["kl_tempered"])[[0, 1, 3]].all()


def test_spread_of_a_cloud_is_its_total_variance_and_of_angles_the_circular_one():
    rng = np.random.default_rng(0)
    assert spread(rng.normal(0, [1, 2], (100_000, 2)), circular=False) == pytest.approx(5, rel=0.03)
    assert spread(rng.normal(0, 0.5, (100_000, 1)), circular=True) == pytest.approx(1 - math.exp(-0.125), rel=0.03)
    assert math.isnan(spread(np.zeros((1, 2)), circular=False))


def test_nothing_that_moves_gives_nan_and_no_warning():
    rng = np.random.default_rng(0)
    gone = cloud(rng, 0.2)
    gone = gone.only(np.zeros(gone.decoded.shape[:2], bool))
    found = compute({"active": cloud(rng, 0.2), "0.0000": gone, "1.0000": gone}, {}, rng)
    assert found["kl"].isnull().all()
    assert found["predicted"].sel(factor=1.0).notnull()
    assert found["predicted"].sel(factor=0.0).isnull()


def test_the_scan_goes_from_none_to_four_times_the_trained_noise():
    factors = [phase.noise for phase in MEASURE.phases.values() if isinstance(phase, Rest)]
    assert min(factors) == 0
    assert max(factors) == 4
    assert math.sqrt(2) in factors
