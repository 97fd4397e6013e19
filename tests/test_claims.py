"""Verdicts follow from five seeds and from controls, and effects from results that are made to have them."""

import math

import numpy as np
import pytest
import xarray as xr
from invented import invented_results

from quiescent.controls import CONTROLS
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.studies.paper.claims import claims_of
from quiescent.studies.paper.effects import (
    LEAST,
    Reader,
    Values,
    always,
    combined,
    difference,
    kl,
    log_ratio,
    number,
    of_control,
    ratio,
    values,
    within,
)
from quiescent.studies.paper.experiments import CONDITIONS, FORMS, named
from quiescent.studies.paper.figures import FIGURES_SHOWN
from quiescent.studies.paper.judge import (
    TOLERANCE,
    WORST,
    Claim,
    Criterion,
    claimed,
    decide,
    judge,
    passes_wrongly,
)

UNBIASED, BIASED = "spatial_navigation/noisy_unbiased", "spatial_navigation/noisy_biased"
SEEDS = [0, 1, 2, 3, 4]
FIVE = (1.0, 1.1, 0.9, 1.05, 0.95)


def constant(*numbers, bounds=None):
    found = Values(np.array(numbers, float), np.array(bounds or [0] * len(numbers)))
    return lambda reader: found


def criterion(*numbers, bounds=None, **where):
    return Criterion("effect", constant(*numbers, bounds=bounds), **where)


def verdict(*numbers, **where):
    return judge(criterion(*numbers, **where), {}).verdict


def test_a_verdict_needs_the_whole_interval():
    assert verdict(*FIVE, low=0.5) == "supported"
    assert verdict(*FIVE, high=0.5) == "not supported"
    assert verdict(*FIVE, low=1.0) == "not decided"
    assert verdict(*FIVE, low=0.8, high=1.2) == "supported"
    assert verdict(*FIVE, low=2.0, high=3.0) == "not supported"


@pytest.mark.parametrize("numbers", [FIVE[:1], FIVE[:2], FIVE[:4], (*FIVE[:4], math.nan), (*FIVE, math.nan)])
def test_fewer_than_five_seeds_or_one_that_is_missing_decide_nothing(numbers):
    assert verdict(*numbers, low=0.0) == "not decided"
    assert verdict(*numbers, high=0.0) == "not decided"


def test_what_no_network_gave_is_not_measured():
    assert verdict(*[math.nan] * 5, low=0.0) == "not measured"
    assert judge(criterion(*[math.nan] * 5, low=0.0), {}).seeds == 0


def test_a_bound_decides_nothing_and_is_counted():
    finding = judge(criterion(*FIVE, bounds=[-1, 0, 0, 1, 1], low=0.0), {})
    assert (finding.verdict, finding.seeds, finding.bounds) == ("not decided", 5, {-1: 1, 1: 2})
    parts = constant(*FIVE), constant(*FIVE, bounds=[-1, 0, 0, 0, 1])
    assert list(difference(*parts)(Reader({})).bounds) == [-1, 0, 0, 0, 1]


def test_a_number_that_decides_nothing_has_no_range_and_no_verdict():
    assert verdict(*FIVE) == "not decided"
    assert claimed(criterion(*FIVE)) == ""


@pytest.mark.parametrize("limit", [1e-3, 0.5, 40.0])
def test_a_limit_has_a_tolerance(limit):
    slack = TOLERANCE * max(1, limit)
    for shift, expected in ((-2 * slack, "not supported"), (-slack / 2, "supported"), (slack / 2, "supported")):
        assert verdict(*[limit + shift] * 5, low=limit) == expected
    for shift, expected in ((2 * slack, "not supported"), (slack / 2, "supported")):
        assert verdict(*[limit + shift] * 5, high=limit) == expected


def test_ratios_are_shown_as_such_and_judged_on_logarithms():
    finding = judge(criterion(*np.log([2.0, 2.1, 1.9, 2.0, 2.05]), low=math.log(1.5), ratio=True), {})
    assert finding.verdict == "supported"
    assert finding.interval.mean == pytest.approx(2, rel=0.01)
    assert finding.interval.low < 2 < finding.interval.high
    assert claimed(finding.criterion) == "> 1.5"


def test_a_ratio_of_what_does_not_move_has_a_floor():
    still, moving = constant(0.0, 0.0), constant(2.0, 0.0)
    numbers = log_ratio(still, moving)(Reader({})).numbers
    np.testing.assert_allclose(numbers, [math.log(LEAST / 2), 0.0])
    assert np.isfinite(log_ratio(moving, still)(Reader({})).numbers).all()


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"low": 0.2}, "> 0.2"),
        ({"high": 0.5}, "< 0.5"),
        ({"low": -0.5, "high": 0.5}, "-0.5 to 0.5"),
        ({"low": math.log(0.02), "high": math.log(1.2), "ratio": True}, "0.02 to 1.2"),
        ({}, ""),
    ],
)
def test_a_claimed_range_is_written_as_it_is_compared(where, text):
    assert claimed(criterion(1.0, **where)) == text


def test_a_claim_is_as_good_as_its_worst_criterion():
    parts = {
        "supported": criterion(*FIVE, low=0.0),
        "not supported": criterion(*FIVE, high=0.0),
        "not decided": criterion(*FIVE, low=1.0),
        "not measured": criterion(math.nan, low=0.0),
    }
    for name, one in parts.items():
        for other, another in parts.items():
            expected = min(name, other, key=WORST.index)
            assert decide(Claim("0", "paper", "", [one, another]), {}).verdict == expected
    assert decide(Claim("0", "paper", "", []), {}).verdict == "not measured"


def with_controls(networks, **controls):
    """Make a criterion of networks and of controls in their place, of which those that are not named give nothing."""

    def effect(reader):
        return values(np.array(networks if reader.control is None else [controls.get(reader.control, math.nan)], float))

    return Criterion("effect", effect, low=0.0, of=(UNBIASED,))


def test_a_negative_control_that_passes_is_found():
    finding = judge(with_controls(FIVE, frozen=-1, untrained=2, readout_noise=-1, perfect=1), {})
    assert passes_wrongly(finding) == ["untrained"]
    assert passes_wrongly(judge(with_controls(FIVE, frozen=-1, untrained=-1, readout_noise=-1), {})) == []
    assert set(finding.controls) == set(CONTROLS)
    assert finding.verdict == "not decided"  # the networks pass, but so does what never learned


def test_what_a_perfect_network_fails_is_not_testable_whatever_the_networks_do():
    for networks in (FIVE, [-value for value in FIVE]):
        assert judge(with_controls(networks, perfect=-1), {}).verdict == "not testable at this size"
    assert judge(with_controls(FIVE, perfect=1), {}).verdict == "supported"
    assert judge(with_controls([math.nan] * 5, perfect=-1), {}).verdict == "not measured"
    assert judge(with_controls(FIVE), {}).verdict == "supported"  # controls were not put to it


@pytest.fixture
def results():
    """KLs of five seeds in both readings and two windows: rest 0.2, late 0.4; of the perfect network 0.1."""
    conditions = [UNBIASED, BIASED]
    coords = {
        "condition": conditions,
        "seed": SEEDS,
        "reading": ["all", "valid"],
        "window": [PAPER, "1000-2000"],
        "phase": ["quiescent", "behaviour"],
        "reference": conditions,
    }
    table = xr.DataArray(np.full([len(labels) for labels in coords.values()], 0.5), coords, list(coords))
    for condition in conditions:
        own = {"condition": condition, "reference": condition}
        table.loc[own | {"phase": "quiescent"}] = 0.2
        table.loc[own | {"phase": "quiescent", "window": "1000-2000"}] = 0.4
        table.loc[own | {"phase": "quiescent", "reading": "valid"}] = math.nan
    perfect = xr.full_like(table.isel(seed=[0]), 0.1)
    return {
        "spatial_navigation/kl": xr.Dataset({"kl": table}),
        "controls/perfect/spatial_navigation/kl": xr.Dataset({"kl": perfect}).sel(condition=[UNBIASED]),
    }


def test_effects_are_looked_up_by_condition_phase_reference_reading_and_window(results):
    everything, valid = (Reader(results, reading) for reading in ("all", "valid"))
    np.testing.assert_allclose(kl(UNBIASED)(everything).numbers, [0.2] * 5)
    np.testing.assert_allclose(kl(UNBIASED, reference=BIASED)(everything).numbers, [0.5] * 5)
    np.testing.assert_allclose(within("1000-2000", kl(UNBIASED))(everything).numbers, [0.4] * 5)
    assert np.isnan(kl(UNBIASED)(valid).numbers).all()
    np.testing.assert_allclose(always(kl(UNBIASED))(valid).numbers, [0.2] * 5)
    assert np.isnan(kl("spatial_navigation/no-noise_unbiased")(everything).numbers).all()
    assert np.isnan(number("variance", "variance", UNBIASED)(everything).numbers).all()
    np.testing.assert_allclose(ratio(kl(UNBIASED), kl(UNBIASED, "behaviour"))(everything).numbers, [0.4] * 5)
    np.testing.assert_allclose(
        combined(np.add, kl(UNBIASED), constant(*FIVE))(everything).numbers, 0.2 + np.array(FIVE)
    )


def test_a_control_takes_the_place_of_some_networks_and_is_compared_with_the_others_of_its_seed(results):
    reader = Reader(results, "all", PAPER, "perfect", (UNBIASED,))
    np.testing.assert_allclose(kl(UNBIASED)(reader).numbers, [0.1])
    np.testing.assert_allclose(difference(kl(BIASED), kl(UNBIASED))(reader).numbers, [0.1])
    assert np.isnan(kl(UNBIASED)(reader._replace(control="frozen")).numbers).all()
    np.testing.assert_allclose(of_control("perfect", UNBIASED, kl(UNBIASED))(Reader(results, "all")).numbers, [0.1] * 5)


def test_a_finding_is_looked_at_in_every_window_and_reading(results):
    finding = judge(Criterion("KL", kl(UNBIASED)), results)
    assert set(finding.views) == {
        f"{reading}, {window}" for reading in ("all", "valid") for window in (PAPER, *WINDOWS)
    }
    assert finding.views["all, 1000-2000"].mean == pytest.approx(0.4)
    assert math.isnan(finding.views["valid, paper"].mean)
    assert judge(Criterion("KL", always(within(PAPER, kl(UNBIASED)))), results).views == {}


def test_claims_are_of_one_number_origin_and_text_in_every_form():
    found = {}
    for form in FORMS:
        for claim in claims_of(form):
            assert claim.criteria
            assert found.setdefault(claim.number, (claim.origin, claim.text)) == (claim.origin, claim.text)
    assert list(map(str, range(1, 13))) == sorted(found, key=int)


def test_every_claim_names_figures_that_the_report_has():
    shown = {f"{figure.family}/{figure.name}" for figure in FIGURES_SHOWN}
    assert len(shown) == len(FIGURES_SHOWN)
    for form in FORMS:
        for claim in claims_of(form):
            assert claim.figures
            assert set(claim.figures) <= shown


def test_every_criterion_says_whose_place_controls_take():
    for form in FORMS:
        for claim in claims_of(form):
            for one in claim.criteria:
                assert one.of
                assert set(one.of) <= set(CONDITIONS)
                assert {*one.negative, *one.positive} <= set(CONTROLS)
                assert not set(one.negative) & set(one.positive)
                assert math.isfinite(one.low) or math.isfinite(one.high)
            assert not any(math.isfinite(one.low) or math.isfinite(one.high) for one in claim.reported)


@pytest.fixture(scope="module")
def invented():
    """Results of all networks, of which two that are published lack."""
    missing = [(named("spatial_navigation", "noisy_unbiased", "as published"), seed) for seed in (3, 4)]
    return invented_results(missing=missing)


def test_every_effect_of_every_claim_finds_its_numbers(invented):
    not_found = [
        f"{claim.number}, {form}: {one.name}"
        for form in FORMS
        for claim in claims_of(form)
        for one in [*claim.criteria, *claim.reported]
        if not np.isfinite(one.effect(Reader(invented, one.reading, one.window)).numbers).any()
    ]
    assert not_found == []


def test_networks_that_are_missing_leave_their_criteria_undecided(invented):
    (claim,) = [claim for claim in claims_of("as published") if claim.number == "4"]
    finding = judge(claim.criteria[0], invented)
    assert finding.criterion.of == ("spatial_navigation/noisy_unbiased_uniform",)
    assert finding.seeds == 3
    assert finding.verdict in ("not decided", "not testable at this size")


def test_controls_of_networks_as_written_stand_for_those_of_other_forms(invented):
    (claim,) = [claim for claim in claims_of("as published") if claim.number == "1"]
    (written,) = [claim for claim in claims_of("as written") if claim.number == "1"]
    for one, other in zip(claim.criteria, written.criteria, strict=True):
        for control in ("frozen", "perfect"):
            tried = [judge(which, invented).controls[control].value for which in (one, other)]
            assert math.isfinite(tried[0]) == math.isfinite(tried[1])
    apart = claim.criteria[0]  # only controls: nothing of the networks' own form is left in it
    tried = [judge(which, invented).controls["frozen"].value for which in (apart, written.criteria[0])]
    assert tried[0] == pytest.approx(tried[1])


def test_no_two_effects_of_a_claim_have_one_name():
    for form in FORMS:
        for claim in claims_of(form):
            names = [criterion.name for criterion in (*claim.criteria, *claim.reported)]
            assert len(set(names)) == len(names), claim.number
