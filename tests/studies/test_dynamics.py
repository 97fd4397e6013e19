"""The study of rest dynamics: its design, and a miniature of it from training to the page."""

import json
from pathlib import Path

import pytest
import torch
from rich.console import Console

from quiescent.controls import CONTROLS
from quiescent.jobs.perform import measure_missing
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Rest
from quiescent.studies.dynamics import design, plan, results
from quiescent.studies.dynamics.claims import claims_of
from quiescent.studies.dynamics.design import BOTH, MEASURED, NETWORKS, SCALES, SLIPPERY, TIRED, USUAL, WAYS, label
from quiescent.studies.dynamics.report import make_report
from quiescent.studies.dynamics.texts import filled
from quiescent.training.train import finish

MINI = design.Scale(
    "mini",
    (
        *("network.units=12", "task.place_cells.number=12", "task.steps=8", "training.batches=4"),
        *("training.batch_size=10", "training.test_every=4", "training.save_every=4"),
    ),
    trials=0.1,
)


def test_what_claims_compare_is_in_the_design():
    assert {USUAL, SLIPPERY, TIRED, BOTH} <= set(WAYS)
    assert all(CONTROLS[name].follows for name in design.TRIED)
    named = {label(name, way) for name in NETWORKS for way in WAYS}
    for name in NETWORKS:
        assert {one for claim in claims_of(name) for criterion in claim.criteria for one in criterion.of} <= named


def test_the_usual_way_is_rest_as_it_is_and_only_the_trained_network_rests():
    for measure in MEASURED:
        phases = design.phases_of(measure, USUAL, SCALES["full"])
        rests = {name: phase for name, phase in phases.items() if isinstance(phase, Rest)}
        assert list(rests) == ["quiescent"]
        assert rests["quiescent"] == MEASURES[measure].phases["quiescent"]._replace(noise="scaled")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    out = tmp_path_factory.mktemp("study")
    networks = {"t_maze/plain": NETWORKS["t_maze/plain"]}
    with pytest.MonkeyPatch.context() as patch, open("/dev/null", "w", encoding="utf-8") as file:
        for module, names in ((plan, ("NETWORKS", "WAYS", "TRIED")), (results, ("NETWORKS", "WAYS", "TRIED"))):
            for name, few in zip(names, (networks, [USUAL, SLIPPERY, TIRED, BOTH], ("frozen",)), strict=True):
                patch.setattr(module, name, few)
        patch.setattr("quiescent.studies.dynamics.figure.NETWORKS", networks)
        patch.setattr("quiescent.studies.dynamics.figure.FRICTIONS", (1.0, 0.5))
        patch.setattr("quiescent.studies.dynamics.figure.ADAPTATIONS", (0.0, 0.1))
        patch.setattr("quiescent.studies.dynamics.figure.CONTROL", "frozen")
        study = plan.make_plan(out, MINI, [0])
        finish([run for runs in study.runs.values() for run in runs.values()])
        for job in study.measuring():
            measure_missing(job.measurements)
        assert study.measuring() == []  # nothing is measured twice
        console = Console(file=file, width=100)
        return make_report(out / "report", study, console, command="", device=torch.device("cpu"), seconds=1.0)


def test_a_miniature_decides_every_claim_and_draws_every_number(report):
    record = json.loads((report.parent / "record.json").read_text(encoding="utf-8"))
    assert [claim["number"] for claim in record["claims"]] == ["1", "2", "3", "4"]
    for claim in record["claims"]:
        assert claim["forms"]["T-maze"]["verdict"] in ("not decided", "not measured")  # one seed decides nothing
    rows = record["numbers"][0]["rows"]
    assert [(row["friction"], row["adaptation"]) for row in rows] == [(1, 0), (0.5, 0), (1, 0.1), (0.5, 0.1)]
    for title in ("valid steps (fraction)", "distance of the code's shape"):
        means = [row["values"][title][0] for row in rows]
        assert None not in means
        assert len(set(means)) == 4  # every way to rest is another
    page = report.read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "Momentum at matched temperature makes rest faster" in page


def test_texts_are_filled_from_the_record(report):
    record = json.loads((report.parent / "record.json").read_text(encoding="utf-8"))
    text = filled("<!-- generated: claims --><!-- end --> <!-- generated: numbers --><!-- end -->", record)
    assert "| 2 | Momentum at matched temperature makes rest faster |" in text
    assert filled(text, record) == text
    assert "| 0.5 | 0.1 |" in text


def test_the_page_in_the_docs_is_filled_from_the_record_beside_it():
    root = Path(__file__).parents[2] / "docs"
    record = json.loads((root / "results" / "dynamics" / "record.json").read_text(encoding="utf-8"))
    page = (root / "dynamics.md").read_text(encoding="utf-8")
    assert filled(page, record) == page
