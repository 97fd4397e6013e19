"""The report's record, page and texts say what was found, and nothing else."""

import copy
import html
import json
import re

import numpy as np
import pytest
from invented import invented_results

from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.runs.run import Run
from quiescent.studies.paper import answer, formats, tables
from quiescent.studies.paper.blocks import BLOCKS
from quiescent.studies.paper.experiments import CONDITIONS, FULL, SMALL
from quiescent.studies.paper.figures import FIGURES_SHOWN, results_of
from quiescent.studies.paper.page import Beside, write_page
from quiescent.studies.paper.plan import PaperPlan
from quiescent.studies.paper.record import FORMAT, dumped, make_record, networks, read_record, write_record
from quiescent.studies.paper.texts import blocks_of, filled

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


def test_every_claim_has_a_sentence_for_either_outcome():
    assert list(answer.SENTENCES) == [str(number) for number in range(1, 13)]
    for sentence in answer.SENTENCES.values():
        assert sentence.yes != sentence.no


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
