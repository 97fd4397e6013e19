"""Verdicts follow from intervals, and effects from results that are made to have them."""

import math

import numpy as np
import pytest
import xarray as xr
from made import imagined

from quiescent.evaluation.combine import combine
from quiescent.measures.temperature import FACTORS
from quiescent.studies.paper.claims import BIASED, CLAIMS, FREE, UNBIASED
from quiescent.studies.paper.criteria import prefers_own
from quiescent.studies.paper.effects import (
    Claim,
    Criterion,
    Reader,
    decide,
    difference,
    excess,
    judge,
    kl,
    log_ratio,
    number,
)
from quiescent.studies.paper.experiments import CONDITIONS
from quiescent.studies.paper.figures import FIGURES_SHOWN
from quiescent.studies.paper.temperature import best_factor, law_gain, spread_slope

READINGS = ["all", "valid"]


def constant(*values):
    return lambda reader: np.array(values, float)


def verdict(values, **where):
    return judge(Criterion("effect", constant(*values), **where), Reader({}, "all")).verdict


def test_a_verdict_needs_the_whole_interval():
    assert verdict([1.0, 1.1, 0.9], low=0.0) == "supported"
    assert verdict([-1.0, -1.1, -0.9], low=0.0) == "not supported"
    assert verdict([1.0, -1.0, 0.5], low=0.0) == "undecided"
    assert verdict([0.0, 0.01, -0.01], low=-0.1, high=0.1) == "supported"
    assert verdict([0.2, 0.21, 0.19], low=-0.1, high=0.1) == "not supported"


def test_one_seed_decides_nothing_and_neither_do_missing_numbers():
    assert verdict([1.0], low=0.0) == "undecided"
    assert verdict([math.nan, math.nan], low=0.0) == "undecided"
    assert verdict([math.nan, 1.0, 1.1, 0.9], low=0.0) == "supported"


def test_ratios_are_shown_as_such():
    finding = judge(
        Criterion("r", constant(*np.log([2.0, 2.1, 1.9])), low=math.log(1.5), ratio=True), Reader({}, "all")
    )
    assert finding.mean == pytest.approx(2, rel=0.01)
    assert finding.low < 2 < finding.high
    assert finding.claimed == "> 1.5"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((1.0, 1.0), "supported"),
        ((1.0, -1.0), "not supported"),
    ],
)
def test_a_claim_is_as_good_as_its_worst_criterion(parts, whole):
    criteria = [Criterion(str(part), constant(part, part + 0.01, part - 0.01), low=0.0) for part in parts]
    assert decide(Claim("0", "", criteria, []), {}).verdicts == {"all": whole, "valid": whole}
    undecided = Criterion("open", constant(1.0, -1.0), low=0.0)
    expected = "not supported" if whole == "not supported" else "undecided"
    assert decide(Claim("0", "", [*criteria, undecided], []), {}).verdicts["all"] == expected


@pytest.fixture
def results():
    """KLs of two seeds in two readings: rest 0.2, floor 0.1, untrained 1.1, against other behaviour 0.5."""
    conditions, phases = [UNBIASED, BIASED], ["quiescent", "random", "behaviour"]
    values = np.full((2, 2, 2, 3, 2), 0.5)
    for condition in range(2):
        values[condition, :, :, :, condition] = [0.2, 1.1, 0.1]
    values[:, :, 1, 1] = math.nan  # the code of an untrained network is never valid
    table = xr.DataArray(
        values,
        dims=("condition", "seed", "reading", "phase", "reference"),
        coords={"condition": conditions, "seed": [0, 1], "reading": READINGS, "phase": phases, "reference": conditions},
    )
    return {"spatial_navigation/kl": xr.Dataset({"kl": table})}


def test_effects_are_looked_up_by_condition_phase_reference_and_reading(results):
    everything, valid = (Reader(results, reading) for reading in READINGS)
    np.testing.assert_allclose(kl(UNBIASED)(everything), 0.2)
    np.testing.assert_allclose(kl(UNBIASED, reference=BIASED)(everything), 0.5)
    np.testing.assert_allclose(excess(UNBIASED)(everything), 0.1)
    np.testing.assert_allclose(excess(UNBIASED)(valid), 0.1)  # from the untrained network over all steps
    assert np.isnan(kl(UNBIASED, "random")(valid)).all()
    assert np.isnan(kl(FREE)(everything)).all()
    assert np.isnan(number("variance", "variance", UNBIASED)(everything)).all()
    np.testing.assert_allclose(prefers_own(BIASED, UNBIASED).effect(everything), 0.3)
    np.testing.assert_allclose(difference(constant(3), constant(1))(everything), 2)
    assert np.isnan(log_ratio(constant(0.0), constant(1.0))(everything)).all()


def test_the_temperature_law_is_recognised_where_it_holds():
    factors = np.array([0.0, 0.5, 1.0, math.sqrt(2), 2.0, 4.0])
    predicted = np.where(factors > 0, 0.1 * factors**2, math.nan)
    tables = {
        "spread": np.where(factors > 0, 1.1 * predicted, 1e-9),
        "kl": np.abs(np.log2(np.maximum(factors, 0.1) / math.sqrt(2))),
        "kl_tempered": np.where(factors > 0, 0.05, math.nan),
        "predicted": predicted,
    }
    phases = [f"noise x {factor:.3g}" for factor in factors]
    coords = {"condition": [BIASED], "seed": [0], "reading": ["all"], "phase": phases}
    tables["factor"] = factors
    columns = {name: (tuple(coords), values[None, None, None]) for name, values in tables.items()}
    dataset = xr.Dataset(columns, coords)
    reader = Reader({"spatial_navigation/temperature": dataset}, "all")
    np.testing.assert_allclose(best_factor(BIASED)(reader), 0, atol=1e-9)
    np.testing.assert_allclose(spread_slope(BIASED)(reader), 1)
    others = [abs(math.log2(factor / math.sqrt(2))) - 0.05 for factor in (0.5, 1, 2, 4)]
    np.testing.assert_allclose(law_gain(BIASED)(reader), np.mean(others))
    assert np.isnan(best_factor(UNBIASED)(reader)).all()


def test_the_scan_of_noise_is_read_from_what_the_measure_returns():
    results = {(BIASED, seed): imagined("temperature", seed=seed) for seed in (0, 1)}
    reader = Reader({"spatial_navigation/temperature": combine(results)}, "all")
    octaves = np.log2(np.array(FACTORS[1:]) / math.sqrt(2))
    for best in best_factor(BIASED)(reader):
        assert np.abs(octaves - best).min() < 1e-3
    for effect in (spread_slope(BIASED), law_gain(BIASED)):
        assert np.isfinite(effect(reader)).all()
        assert effect(reader).shape == (2,)
        assert np.isnan(effect(reader._replace(reading="valid"))).all()  # nothing counts there


def test_every_claim_names_figures_that_the_report_has():
    shown = {f"{figure.family}/{figure.name}" for figure in FIGURES_SHOWN}
    assert len(shown) == len(FIGURES_SHOWN)
    assert [claim.number for claim in CLAIMS] == [str(number) for number in range(1, 11)]
    for claim in CLAIMS:
        assert claim.criteria
        assert set(claim.figures) <= shown
    assert {UNBIASED, BIASED, FREE} <= set(CONDITIONS)
