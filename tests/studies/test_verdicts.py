"""Verdicts in words: what the answer to a claim is, and how its numbers are written."""

import pytest

from quiescent.measures.measure import PAPER
from quiescent.studies.paper import answer, fading, formats
from quiescent.studies.paper.experiments import FORMS
from quiescent.studies.paper.texts import filled

UNBIASED = "spatial_navigation/noisy_unbiased"


def claim_of(verdicts, number="2", origin="paper"):
    """Make a claim of one criterion with a verdict in every form."""
    found = {}
    for form, verdict in verdicts.items():
        finding = {
            "name": "an effect",
            "unit": "",
            "claimed": "> 1",
            "mean": 0.5,
            "interval": [0.4, 0.6],
            "at_least": 0,
            "at_most": 0,
            "verdict": verdict,
        }
        found[form] = {"verdict": verdict, "criteria": [finding], "reported": [], "needs": None}
    return {"number": number, "origin": origin, "claim": "A claim", "figures": [], "forms": found}


@pytest.mark.parametrize(
    ("written", "published", "biased", "outcome"),
    [
        ("supported", "supported", "not supported", "yes"),
        ("supported", "not decided", "supported", "yes"),
        ("not supported", "supported", "supported", "both"),
        ("not supported", "not measured", "supported", "no"),
        ("not decided", "not measured", "supported", "yes"),
        ("not decided", "not testable at this size", "not measured", "open"),
    ],
)
def test_the_answer_is_that_of_the_papers_networks_and_of_ours_only_if_they_have_none(
    written, published, biased, outcome
):
    verdicts = dict(zip(FORMS, (written, published, biased), strict=False))
    line = answer.line_of(claim_of(verdicts))
    assert line.outcome == outcome
    assert ("0.5 [0.4, 0.6], claimed > 1" in line.evidence) == ("not supported" in verdicts.values())
    for form, verdict in verdicts.items():
        assert form in line.text + line.evidence or verdict in line.word.lower()


def test_a_question_with_two_answers_has_both():
    line = answer.line_of(claim_of({"as published": "not supported", "with biases": "supported"}, "12", "question"))
    assert (line.outcome, line.word) == ("both", "Depends on the network")


def test_what_is_decided_of_a_claim_that_is_not_is_told():
    claim = claim_of({"as written": "not decided", "with biases": "not decided"}, "12", "question")
    assert answer.line_of(claim).evidence == ""
    found = claim["forms"]["with biases"]["criteria"]
    found.append(found[0] | {"name": "another", "verdict": "supported"})
    line = answer.line_of(claim)
    assert line.outcome == "open"
    assert line.evidence == "so far with biases, another: 0.5 [0.4, 0.6], claimed > 1, supported"


def test_effects_that_were_not_measured_are_no_rows_but_a_word():
    claim = claim_of({"as written": "not decided", "with biases": "not measured"})
    for form, seeds in {"as written": 1, "with biases": 0}.items():
        claim["forms"][form]["criteria"][0].update(seeds=seeds, planned=5)
    text = filled("<!-- generated: claim | 2 --><!-- end -->", {"claims": [claim]})
    assert [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")][2:] == ["as written"]
    assert "Not measured: with biases." in text


def test_outcomes_are_counted_of_the_papers_claims_only():
    claims = [
        claim_of({"as written": "supported"}),
        claim_of({"as written": "not decided"}),
        claim_of({"as written": "not supported"}, "8", "theory"),
    ]
    assert answer.summary({"claims": claims}) == "Of the paper's 2 claims, 1 replicates and 1 is not decided."


def test_censored_values_are_written_as_bounds():
    finding = {"mean": 40.0, "interval": [39.0, 41.0], "at_least": 2, "at_most": 0, "seeds": 5, "planned": 5}
    assert formats.estimate(finding) == "≥ 40 [39, 41]"
    assert formats.estimate(finding | {"at_least": 0, "at_most": 2}) == "≤ 40 [39, 41]"
    assert formats.seeds(finding) == "5 of 5, 2 censored"
    assert formats.estimate(finding | {"mean": None}) == "-"


def test_a_control_that_does_what_it_must_not_is_written_in_capitals():
    tried = {"frozen": {"value": 1.0, "passed": True}, "perfect": {"value": 0.1, "passed": False}}
    tried |= {"sampler_5mm": {"value": 2.0, "passed": True}, "untrained": {"value": None, "passed": False}}
    tried = {name: one | {"anyway": None} for name, one in tried.items()}
    finding = {
        "controls": tried,
        "negative": ["frozen", "untrained"],
        "positive": ["perfect"],
        "low": 0.5,
        "high": None,
    }
    words = {name: formats.passed(finding, name) for name in tried}
    assert words == {"frozen": "PASSES", "perfect": "FAILS", "sampler_5mm": "passes", "untrained": ""}
    assert formats.passed(finding | {"low": 0.05}, "perfect") == "FAILS (a bound)"
    assert [formats.outcome(finding, name) for name in tried] == ["wrongly", "wrongly", "free", ""]


def test_runs_are_flagged_seed_by_seed_in_every_window():
    windows = {PAPER: [1.0, 0.4, None], "0-100": [1.0, 1.0, None], "1000-2000": [2.1, 0.1, None]}
    rows = [{"condition": UNBIASED, "phase": "quiescent", "windows": windows}]
    assert fading.flagged(rows) == {
        (UNBIASED, "quiescent", PAPER): "▼1/2",
        (UNBIASED, "quiescent", "1000-2000"): "▼1/2 ▲1/2",
    }
    assert fading.cell(windows["1000-2000"]) == "2.1▲ 0.1▼ -"
    assert fading.counts(rows, window="1000-2000") == {"kept": 0, "faded": 1, "diverged": 1}
    assert [fading.flag(value) for value in (0.5, 2.0, None)] == ["", "", ""]
