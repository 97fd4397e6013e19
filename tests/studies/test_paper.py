"""A miniature paper from end to end; nothing is done twice."""

import h5py
import numpy as np
import program
import pytest
import xarray as xr
from mini_paper import FREE, MINI, NOISY, TRAINED, few_networks, make_paper, stamps

from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.studies.paper.figures import FIGURES_SHOWN
from quiescent.studies.paper.panels import PANELS
from quiescent.studies.paper.plan import PaperPlan, make_plan
from quiescent.studies.paper.record import read_record
from quiescent.studies.paper.report import can_be_drawn
from quiescent.studies.paper.results import gather


@pytest.fixture(scope="module", autouse=True)
def plans_are_small():
    with few_networks():
        yield


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """The paper with one seed, two networks at a time."""
    out = tmp_path_factory.mktemp("paper")
    done = program.finish(make_paper, out, seconds=600)
    assert done.returncode == 0, done.stderr
    return out / "report" / "index.html"


def test_the_report_is_one_page_with_its_figures_inside(paper):
    text = paper.read_text(encoding="utf-8")
    drawn = sorted(path.stem for path in (paper.parent / "figures").glob("*.png"))
    assert text.count('src="data:image/png;base64,') == len(drawn)
    assert "http" not in text.replace("http-equiv", "")  # nothing is fetched
    for name in drawn:
        assert (paper.parent / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    assert {"spatial_navigation_kl_matrix", "spatial_navigation_validity", "head_direction_turning"} <= set(drawn)
    assert {"fig1", "fig2"} <= set(drawn)
    assert {name for name in drawn if name.startswith("fig")} <= set(PANELS)
    assert "rehearse the" in text


def test_networks_of_every_family_run_live_beside_the_report(paper):
    text = paper.read_text(encoding="utf-8")
    for family in {name.split("/")[0] for name in TRAINED if name.endswith("noisy_unbiased")}:
        assert f'href="watch_{family}.html"' in text
        assert (paper.parent / f"watch_{family}.html").stat().st_size > 100_000


def test_numbers_and_verdicts_are_kept(paper):
    kept = read_record(paper.parent / "claims.json")
    assert kept["made"]["command"] == "quiescent paper"
    assert kept["networks"]["trained"] == kept["networks"]["planned"] == len(TRAINED)
    assert {claim["number"] for claim in kept["claims"]} == {str(number) for number in range(1, 13)}
    for claim in kept["claims"]:
        assert {found["verdict"] for found in claim["forms"].values()} <= {
            "not measured",
            "not decided",
            "not testable at this size",
        }  # one seed decides nothing
    erratic = next(claim for claim in kept["claims"] if claim["number"] == "3")["forms"]["as written"]["criteria"]
    step = next(one for one in erratic if one["name"].startswith("no-noise_unbiased"))
    assert (step["seeds"], step["interval"]) == (1, [None, None])
    assert step["mean"] > 0


def test_results_have_every_window_of_networks_and_controls(paper):
    for group in ("spatial_navigation/kl", "controls/readout_noise/spatial_navigation/kl"):
        with xr.open_dataset(paper.parent / "results.nc", group=group, engine="h5netcdf") as kl:
            rest = kl["kl"].sel(condition=NOISY, phase="quiescent", reading="all", reference=NOISY)
            assert list(rest["window"].values) == [PAPER, *WINDOWS]
            assert rest.notnull().all()


def test_a_second_time_nothing_is_trained_or_measured_but_all_is_drawn(paper):
    out = paper.parents[1]
    before, drawn = stamps(out), paper.stat().st_mtime_ns
    assert len(before) > 50
    done = program.finish(make_paper, out, (0,), "gru")
    assert done.returncode == 0, done.stderr
    assert stamps(out) == before
    assert paper.stat().st_mtime_ns > drawn
    assert (paper.parent / "figures" / "gru_kl_matrix.pdf").exists()


def test_a_comparison_is_not_drawn_of_one_condition(paper):
    plan = make_plan(paper.parents[1], MINI, [0], "spatial_navigation")
    results = gather(plan)
    family = [shown for shown in FIGURES_SHOWN if shown.family == "spatial_navigation"]
    left_out = {shown.name for shown in family if not can_be_drawn(shown, results, {NOISY: [], FREE: []})}
    assert left_out == {shown.name for shown in family if shown.conditions}


def test_seeds_that_are_missing_are_nan_in_results_and_pictures_are_of_the_first(paper):
    out = paper.parents[1]
    whole = make_plan(out, MINI, [0], "spatial_navigation")
    plan = PaperPlan(MINI, (0, 7), whole.runs)
    results = gather(plan)
    assert list(results["spatial_navigation/kl"]["seed"].values) == [0, 7]
    assert np.isnan(results["spatial_navigation/kl"]["kl"].sel(seed=7)).all()
    assert list(results["spatial_navigation/paths"]["seed"].values) == [0]
    assert list(results["controls/frozen/spatial_navigation/kl"]["seed"].values) == [0]


def test_a_damaged_or_outdated_measure_is_made_again(paper):
    out = paper.parents[1]
    run = out / "runs" / NOISY / "seed_0"
    (run / "measures" / "variance.nc").write_bytes(b"nothing")
    with h5py.File(run / "measures" / "distance.frozen.nc", "a") as file:
        file.attrs["origin"] = "another version"
    missing = make_plan(out, MINI, [0], "spatial_navigation").measurements()
    assert [(one.run.folder, one.control, set(one.measures)) for one in missing] == [
        (run, None, {"variance"}),
        (run, "frozen", {"distance"}),
    ]
