"""Numbers in texts are those of the kept results, and no control passes or fails there what it must not."""

import re
from pathlib import Path

import pytest

from quiescent.studies.paper.formats import outcome
from quiescent.studies.paper.record import read_record
from quiescent.studies.paper.texts import blocks_of, filled

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "results"
TEXTS = {"docs/paper.md": "full", "README.md": "full"}


@pytest.fixture(scope="module")
def record():
    return read_record(RESULTS / "full" / "claims.json")


def criteria_of(record):
    return [
        (f"{claim['number']}, {form}: {finding['name']}", finding)
        for claim in record["claims"]
        for form, found in claim["forms"].items()
        for finding in found["criteria"]
    ]


@pytest.mark.parametrize(("path", "scale"), TEXTS.items())
def test_generated_blocks_are_those_of_the_kept_results(path, scale):
    text, kept = (ROOT / path).read_text(encoding="utf-8"), RESULTS / scale / "claims.json"
    assert blocks_of(text)
    again = f"python -m quiescent.studies.paper.texts docs/results/{scale}/claims.json {path}"
    assert filled(text, read_record(kept)) == text, again


def test_errors_below_the_picture_are_those_of_the_demos_table():
    readme, table = (path.read_text(encoding="utf-8") for path in (ROOT / "README.md", RESULTS / "demo.txt"))
    said = re.findall(r"\d\S* ± \d\S*", readme.partition("## Two commands")[0])
    assert len(said) == 3
    assert [number for number in said if number not in table] == []


def cells_of(text):
    """Split every line of Markdown tables into its cells."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_times_and_ratios_are_those_of_the_kept_benchmark():
    page = (ROOT / "docs/explanation/speed.md").read_text(encoding="utf-8").partition("\n## Where speed")[0]
    kept = cells_of((ROOT / "benchmarks" / "results" / "cpu-2-cores.md").read_text(encoding="utf-8"))
    costs = {row[0]: [cell or "-" for cell in row[:4]] for row in kept if len(row) == 9}
    told = [row for row in cells_of(page) if row[0] and not row[0].startswith("-")]
    assert len(told) == 11
    assert [row for row in told if row != costs[row[0]]] == []
    ratios = {(row[0], row[1].partition(" (")[0]): row[4].strip("*") for row in kept if len(row) == 6}
    said = re.findall(
        r"(\d+\.\d) times as long.*?and (\d+\.\d) times|takes (\d+\.\d) and (\d+\.\d) times", " ".join(page.split())
    )
    numbers = [number for match in said for number in match if number]
    batches = ("2-D vanilla", "heading")
    short = re.search(r"(\d+) times a textbook.*?, (\d+) times", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [float(number) for number in short.groups()] == [
        round(float(costs[f"training batch, {batch}, float32"][3].strip("*"))) for batch in batches
    ]
    assert numbers == [ratios[batch, peer] for peer in ("JAX", "textbook, compiled") for batch in batches]


def test_no_negative_control_passes_a_criterion(record):
    passing = [
        f"{name} ({control})"
        for name, finding in criteria_of(record)
        for control in finding["negative"]
        if outcome(finding, control) == "wrongly"
    ]
    assert passing == []


def test_what_the_perfect_network_fails_is_not_testable(record):
    failing = [
        f"{name} ({control}): {finding['verdict']}"
        for name, finding in criteria_of(record)
        for control in finding["positive"]
        if outcome(finding, control) == "wrongly"
        and finding["verdict"] not in ("not testable at this size", "not measured")
    ]
    assert failing == []


def test_every_criterion_that_is_decided_was_put_to_controls(record):
    for name, finding in criteria_of(record):
        if finding["verdict"] in ("supported", "not supported") and ", as written:" in name:
            assert any(one["value"] is not None for one in finding["controls"].values()), name


def test_a_verdict_rests_on_five_networks(record):
    for name, finding in criteria_of(record):
        if finding["verdict"] in ("supported", "not supported"):
            assert finding["seeds"] >= record["least_seeds"], name
            assert not finding["at_least"] + finding["at_most"], name
