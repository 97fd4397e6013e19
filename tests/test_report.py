"""The report's record, sentences, page and texts say what was found, and nothing else."""

import copy
import html
import json
import math
import re

import numpy as np
import pytest
import xarray as xr
from invented import invented_results
from made import BOX, CIRCLE

from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.runs.run import Run
from quiescent.spaces import Box, to_text
from quiescent.studies.paper import answer, fading, formats, horizon, tables
from quiescent.studies.paper.blocks import BLOCKS
from quiescent.studies.paper.experiments import CONDITIONS, FORMS, FULL, SMALL
from quiescent.studies.paper.figures import FIGURES_SHOWN, results_of
from quiescent.studies.paper.page import Beside, write_page
from quiescent.studies.paper.plan import PaperPlan
from quiescent.studies.paper.record import FORMAT, dumped, make_record, networks, read_record, write_record
from quiescent.studies.paper.texts import blocks_of, filled

UNBIASED = "spatial_navigation/noisy_unbiased"
SEEDS = (0, 1, 2, 3, 4)
MADE = {"command": "quiescent paper", "date": "today", "quiescent": "1", "torch": "2", "python": "3", "machine": "here"}


def planned(folder, names, missing=()):
    runs = {
        name: {seed: Run(folder / name / f"seed_{seed}") for seed in SEEDS if (name, seed) not in missing}
        for name in names
    }
    return PaperPlan(FULL, SEEDS, runs)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    names = [name for name, one in CONDITIONS.items() if one.family == "gru"]
    return planned(tmp_path_factory.mktemp("runs"), names, [(names[0], 4)])


@pytest.fixture(scope="module")
def results():
    return invented_results(families=("gru",), missing=[("gru/noisy_unbiased", 4)], different=True)


@pytest.fixture(scope="module")
def record(plan, results):
    return make_record(plan, results, {}, MADE | {"seconds": 60})


def test_a_record_is_read_as_it_was_written(record, tmp_path):
    write_record(tmp_path / "claims.json", record)
    assert read_record(tmp_path / "claims.json") == record
    (tmp_path / "old.json").write_text('{"claims": []}', encoding="utf-8")
    with pytest.raises(QuiescentError, match=f"is not of format {FORMAT}"):
        read_record(tmp_path / "old.json")


@pytest.mark.parametrize("value", [{}, [], {"a": {"b": [1.5, None] * 200, "c": ["x  y", "]"]}}, list(range(500))])
def test_json_in_few_lines_is_json(value):
    assert json.loads(dumped(value)) == value


def test_a_record_names_the_networks_that_are_missing(record):
    counted = record["networks"]
    assert (counted["trained"], counted["planned"]) == (19, 20)
    assert [row["condition"] for row in counted["conditions"] if row["missing"]] == ["gru/noisy_unbiased"]
    assert "19 of 20 networks are trained" in answer.trained(record)


def test_every_finding_has_its_controls_views_and_seeds(record):
    (claim,) = record["claims"]  # that of gated networks
    found = claim["forms"]["as written"]
    (finding,) = found["criteria"]
    assert (finding["seeds"], finding["planned"]) == (4, 5)
    assert finding["verdict"] in ("not decided", "not testable at this size")
    assert set(finding["controls"]) == set(CONTROLS)
    assert all(one["value"] is not None for one in finding["controls"].values())
    assert set(finding["views"]) == {f"{reading}, {one}" for reading in ("all", "valid") for one in (PAPER, *WINDOWS)}
    assert all(one["verdict"] is None and not one["claimed"] for one in found["reported"])


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


def test_every_claim_has_a_sentence_for_either_outcome(record):
    assert list(answer.SENTENCES) == [str(number) for number in range(1, 13)]
    for sentence in answer.SENTENCES.values():
        assert sentence.yes != sentence.no


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


def simulated_relaxation(space, diffusion, rng):
    """Time how long the slowest mode of diffusing paths takes to fall to 1/e, by their correlation with its phase."""
    dt, steps = 0.02, 400
    low, high = space.bounds[0]
    start = rng.uniform(low, high, 20_000)
    steps_taken = np.sqrt(2 * diffusion * dt) * rng.normal(size=(steps, len(start)))
    ends = start + np.cumsum(steps_taken, 0)
    turn = 2 * np.pi * (ends - low) / (high - low)
    first = 2 * np.pi * (start - low) / (high - low)
    if not space.periodic:  # unfolded at its walls, a segment is half of a ring
        turn, first = turn / 2, first / 2
    left = 2 * (np.cos(turn) * np.cos(first)).mean(1)
    return -steps * dt / math.log(left[-1])


@pytest.mark.parametrize(("space", "diffusion"), [(Box(((-1.1, 1.1),)), 0.05), (CIRCLE, 0.1)])
def test_the_horizon_is_that_of_diffusing_paths(space, diffusion):
    measured = simulated_relaxation(space, diffusion, np.random.default_rng(0))
    assert horizon.relaxation(space, diffusion) == pytest.approx(measured, rel=0.05)


def displaced(names, space, **numbers):
    variables = {key: (("condition", "seed", "phase"), [[[value]]] * len(names)) for key, value in numbers.items()}
    coords = {"condition": names, "seed": [0], "phase": ["quiescent"]}
    own = {"space": ("condition", [to_text(space)] * len(names)), "dt": ("condition", [0.02] * len(names))}
    return xr.Dataset(variables, coords | own)


def test_a_horizon_is_taken_from_the_rate_or_from_the_distance_and_is_none_without_either():
    key, names = "controls/perfect/spatial_navigation/displacement", [UNBIASED]
    by_rate = horizon.needed({key: displaced(names, BOX, diffusion=1e-3, msd_100=7.0)}, (UNBIASED,))
    far = 2 * 2 * 100 * 0.02 * 1e-3  # msd = 2 dim D t
    by_distance = horizon.needed({key: displaced(names, BOX, diffusion=math.nan, msd_100=far)}, (UNBIASED,))
    assert by_rate["seconds"] == pytest.approx(2.2**2 / math.pi**2 / 1e-3)
    assert by_distance["seconds"] == pytest.approx(by_rate["seconds"])
    assert horizon.needed({key: displaced(names, BOX, diffusion=0.0, msd_100=0.0)}, (UNBIASED,)) is None
    assert horizon.needed({}, (UNBIASED,)) is None


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


def test_numbers_have_every_window_of_networks_and_controls(results, tmp_path):
    found = tables.numbers_of(results)
    kl = next(table for table in found if table["measure"] == "kl")
    rows = {(row["condition"], row["control"], row["phase"], row["reading"]): row["cells"] for row in kl["rows"]}
    network = rows["gru/noisy_unbiased", None, "quiescent", "valid"]
    assert set(network) == {PAPER, *WINDOWS}
    assert network[PAPER][2] == 4  # seeds
    expected = results["gru/kl"]["kl"].sel(
        condition="gru/noisy_unbiased",
        reference="gru/noisy_unbiased",
        phase="quiescent",
        reading="valid",
        window=PAPER,
    )
    assert network[PAPER][0] == pytest.approx(float(expected.mean()))
    assert rows["gru/noisy_unbiased", "perfect", "quiescent", "all"][PAPER][1:] == [None, 1]
    tables.write_numbers(tmp_path / "numbers.csv", found)
    lines = (tmp_path / "numbers.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + sum(len(row["cells"]) for table in found for row in table["rows"])
    assert len({line.count(",") for line in lines}) == 1


def test_controls_stand_beside_networks_in_figures(results):
    shown = next(one for one in FIGURES_SHOWN if one.family == "gru" and one.controls)
    dataset = results_of(shown, "variance", results)
    names = list(dataset["condition"].values)
    assert names[:2] == ["gru/noisy_unbiased", "gru/noisy_biased"]
    assert {"gru/frozen", "gru/perfect"} <= set(names)
    perfect = results["controls/perfect/gru/variance"]["variance"].sel(condition="gru/noisy_unbiased", seed=0)
    shown_perfect = dataset["variance"].sel(condition="gru/perfect", seed=0)
    np.testing.assert_allclose(shown_perfect.sel(phase=perfect["phase"]).transpose(*perfect.dims), perfect)
    assert list(dataset["phase"].values) == list(results["gru/variance"]["phase"].values)


def page_of(record, results, folder, **changed):
    write_page(folder / "index.html", record | changed, Beside(tables.numbers_of(results), [], [], {}))
    return (folder / "index.html").read_text(encoding="utf-8")


def test_the_page_has_all_verdicts_and_is_one_file(record, results, tmp_path):
    text = page_of(record, results, tmp_path)
    assert "http" not in text.replace("http-equiv", "")  # nothing is fetched
    assert text.count('<tr class="claim"') == len(record["claims"])
    assert "Networks that are missing: 1 of 20" in text
    for title in record["controls"].values():
        assert title in html.unescape(text)
    assert "Small networks" not in text
    assert "rehearse the" in page_of(record, results, tmp_path, scale=SMALL.name)


def test_a_wrong_pass_is_marked_on_the_page(record, results, tmp_path):
    worse = copy.deepcopy(record)
    (finding,) = worse["claims"][0]["forms"]["as written"]["criteria"]
    finding["negative"], finding["controls"]["frozen"] = ["frozen"], {"value": 9.0, "passed": True}
    finding["passes_wrongly"] = ["frozen"]
    text = page_of(worse, results, tmp_path)
    assert 'class="alarm"' in text
    assert re.search(r'class="tried wrongly">9<small>PASSES', text)
    finding["controls"]["frozen"]["passed"], finding["passes_wrongly"] = False, []
    assert 'class="alarm"' not in page_of(worse, results, tmp_path) or answer.passed_wrongly(worse)


TEXT = """Before. <!-- generated: claims -->
old
<!-- end --> after, <!-- generated: value | 7 | as written | {name} -->0<!-- end -->.
"""


def test_generated_blocks_are_made_anew_and_the_rest_is_left(record):
    (finding,) = record["claims"][0]["forms"]["as written"]["criteria"]
    text = filled(TEXT.format(name=finding["name"]), record)
    assert text.startswith("Before. <!-- generated: claims -->\n| ")
    assert "old" not in text
    assert f"-->{formats.estimate(finding)}<!-- end -->.\n" in text
    assert filled(text, record) == text
    assert blocks_of(text) == ["claims", f"value | 7 | as written | {finding['name']}"]
    assert filled(text.replace(formats.estimate(finding), "7"), record) == text


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_every_block_is_a_table_or_a_text_of_the_record(record, name):
    given = {"claim": " | 7", "windows": " | 7 | as written"}.get(name, "")
    text = filled(f"<!-- generated: {name}{given} --><!-- end -->", record)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1
    assert len(text) > 80


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("clams", "no generated block is named 'clams'. Did you mean 'claims'?"),
        ("value | 7 | as written | nothing", "claim 7 has no effect named 'nothing' as written"),
        ("value | 7 | with tanh | nothing", "claim 7 is not made of networks 'with tanh'"),
        ("claim | 99", "there is no claim '99'"),
    ],
)
def test_a_block_that_cannot_be_made_is_an_error(record, name, message):
    with pytest.raises(QuiescentError, match=re.escape(message)):
        filled(f"<!-- generated: {name} --><!-- end -->", record)


def test_the_plans_missing_networks_are_those_that_are_counted(plan):
    counted = networks(plan)
    assert sum(row["trained"] for row in counted["conditions"]) == counted["trained"] == len(plan.everything)
