"""The temperature law on Gaussian clouds, where it has closed forms; the best factor of a scan."""

import math

import numpy as np
import xarray as xr
from made import BOX, CIRCLE, activity, leave_all_out, measured

from quiescent.measures.temperature import MEASURE
from quiescent.quiescence.activity import Rest
from quiescent.spaces import to_text
from quiescent.studies.paper.effects import Reader
from quiescent.studies.paper.temperature import best_factor, lowest

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


FACTORS = (0.0, 0.5, 1.0, math.sqrt(2), 2.0, 4.0)
CONDITION = "family/noisy"


def scanned(*kls, space=BOX):
    """Make the results of a scan, of one seed per list of KLs by factor."""
    phases = [f"noise x {factor:.3g}" for factor in FACTORS]
    values = np.array(kls)[None, :, None]
    dims = ("condition", "seed", "reading", "phase")
    return xr.Dataset(
        {"kl": (dims, values), "factor": (dims, np.broadcast_to(np.round(FACTORS, 6), values.shape))},
        coords={
            "condition": [CONDITION],
            "seed": range(len(kls)),
            "reading": ["all"],
            "phase": phases,
            "space": ("condition", [to_text(space)]),
        },
    )


def best(*kls, space=BOX):
    reader = Reader({"family/temperature": scanned(*kls, space=space)}, "all")
    return best_factor(CONDITION)(reader)


def test_the_best_factor_is_in_octaves_from_sqrt_2_and_the_rest_without_noise_takes_no_part():
    found = best([0.0, 3, 2, 1, 2, 3], [9, 3, 1, 2, 3, 4], [9, 3, 2, 2, 1, 4])
    np.testing.assert_array_equal(found.numbers, [0, -0.5, 0.5])  # though factors are rounded
    assert not found.bounds.any()


def test_the_best_factor_is_only_a_bound_at_the_edge_of_what_was_measured():
    gone = math.nan
    found = best([9, 1, 2, 3, 4, 5], [9, 5, 4, 3, 2, 1], [9, 5, 4, 3, gone, gone], [9, 5, 4, 3, 2, 1.99])
    np.testing.assert_array_equal(found.numbers, [-1.5, 1.5, 0, 1.5])
    np.testing.assert_array_equal(found.bounds, [-1, 1, 1, 1])


def test_there_is_no_best_factor_where_all_are_as_good_or_none_was_measured_and_none_of_headings():
    flat, nothing = [0.3, 0.301, 0.3, 0.302, 0.3, 0.301], [math.nan] * 6
    assert np.isnan(best(flat, nothing).numbers).all()
    assert np.isnan(best([9, 3, 2, 1, 2, 3], space=CIRCLE).numbers).all()
    assert np.isnan(best_factor("family/other")(Reader({}, "all")).numbers).all()


def test_among_factors_that_chance_cannot_tell_apart_the_middle_one_is_best():
    assert lowest(np.array([3, 1.01, 1.0, 1.005, 3])) == (2, False)
    assert lowest(np.array([3, 1.1, 1.05, 1.0, 3])) == (3, False)
