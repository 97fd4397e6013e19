"""A miniature paper from end to end; killed in the middle, it goes on; nothing is done twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
from rich.console import Console
from typer.testing import CliRunner

from quiescent.cli import app, main
from quiescent.errors import QuiescentError
from quiescent.jobs.places import Local
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.runs.run import Run
from quiescent.studies.paper import plan as planning
from quiescent.studies.paper.experiments import CONDITIONS, FORMS, FULL, SCALES, Scale, config_of, peers_of
from quiescent.studies.paper.figures import FIGURES_SHOWN
from quiescent.studies.paper.measures import CONTROLLED, PICTURES, controls_of, measures_of
from quiescent.studies.paper.panels import PANELS
from quiescent.studies.paper.plan import PaperPlan, finished, make_plan, plan_table
from quiescent.studies.paper.record import networks, read_record
from quiescent.studies.paper.report import can_be_drawn
from quiescent.studies.paper.results import gather
from quiescent.studies.paper.run import run_paper

TWO = Local(jobs=2)
NOISY, FREE = "spatial_navigation/noisy_unbiased", "spatial_navigation/no-noise_unbiased"
TRAINED = (NOISY, FREE, "head_direction/noisy_biased", "gru/noisy_unbiased")
QUICK = (
    "training.batches=6",
    "training.batch_size=10",
    "training.test_every=3",
    "training.save_every=3",
    "task.steps=12",
)
MINI = Scale(
    "mini",
    {
        "spatial_navigation": (*QUICK, "network.units=16", "task.place_cells.number=16"),
        "head_direction": (*QUICK, "network.units=16", "task.hd_cells.number=16"),
        "gru": (*QUICK, "network.units=8", "task.place_cells.number=16"),
    },
    trials=0.1,
)


@pytest.fixture(scope="module", autouse=True)
def few_networks():
    """Plan one network of every kind, and two controls in the place of one of them."""
    some = {name: CONDITIONS[name] for name in TRAINED}

    def two(name, scale):
        wanted = controls_of(name, scale) if name == NOISY else {}
        return {control: measures for control, measures in wanted.items() if control in ("frozen", "readout_noise")}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "CONDITIONS", some)
        patch.setattr(planning, "controls_of", two)
        yield


@pytest.fixture(scope="module")
def paper(few_networks, tmp_path_factory):
    """The paper with one seed, two networks at a time."""
    out = tmp_path_factory.mktemp("paper")
    with open(os.devnull, "w", encoding="utf-8") as file:
        return run_paper(out, MINI, [0], Console(file=file), place=TWO, command="quiescent paper")


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


def stamps(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("runs/**/*") if path.is_file()}


def test_a_second_time_nothing_is_trained_or_measured_but_all_is_drawn(paper):
    out = paper.parents[1]
    before, drawn = stamps(out), paper.stat().st_mtime_ns
    assert len(before) > 50
    with open(os.devnull, "w", encoding="utf-8") as file:
        run_paper(out, MINI, [0], Console(file=file), place=TWO, only="gru")
    assert stamps(out) == before
    assert paper.stat().st_mtime_ns > drawn


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


def of_seeds(monkeypatch, *wanted):
    """Let runs count as finished whose condition and seed are wanted."""
    folders = {f"{name}/seed_{seed}" for name, seed in wanted}
    monkeypatch.setattr(Run, "finished", lambda run: "/".join(run.folder.parts[-3:]) in folders)


def test_what_is_finished_is_reported_seed_by_seed(tmp_path, monkeypatch):
    plan = make_plan(tmp_path, MINI, [0, 1, 2])
    of_seeds(monkeypatch, (NOISY, 0), (NOISY, 2), (FREE, 2))
    kept = finished(plan)
    assert {name: list(runs) for name, runs in kept.runs.items() if runs} == {NOISY: [0, 2], FREE: [2]}
    assert set(kept.runs) == set(TRAINED)
    assert (networks(kept)["trained"], networks(kept)["planned"]) == (3, 12)
    done = {row[0]: row[3] for row in plan_table(kept).rows}
    assert (done[NOISY], done[FREE], done["gru/noisy_unbiased"]) == ("2/3", "1/3", "0/3")
    wanted = {(one.run, one.control): one for one in kept.measurements()}
    assert {control for run, control in wanted if run == kept.runs[NOISY][0]} == {None, "frozen", "readout_noise"}
    assert {control for run, control in wanted if run != kept.runs[NOISY][0]} == {None}
    late = wanted[kept.runs[NOISY][2], None]
    assert late.peers == {NOISY: kept.runs[NOISY][2], FREE: kept.runs[FREE][2]}
    assert wanted[kept.runs[FREE][2], None].judges == {NOISY: kept.runs[NOISY][2]}
    of_seeds(monkeypatch)
    with pytest.raises(QuiescentError, match="no network is finished"):
        finished(plan)


SCRIPT = """
import sys
from pathlib import Path
from rich.console import Console
from test_paper import MINI, TWO, measures_of
from quiescent.studies.paper import plan
from quiescent.studies.paper.run import run_paper
QUICK = ("variance", "distance", "displacement", "shape", "validity")
if __name__ == "__main__":
    plan.controls_of = lambda name, scale: {}
    plan.measures_of = lambda name, scale: {one: measures_of(name, scale)[one] for one in QUICK}
    run_paper(Path(sys.argv[1]), MINI, [0, 1], Console(), only="gru", place=TWO)
"""


def test_killed_while_it_measures_it_goes_on_where_it_was(tmp_path):
    script = tmp_path / "go.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(tmp_path / "out")]
    root = Path(__file__).parent

    def started():
        environment = {**os.environ, "PYTHONPATH": str(root)}
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    first = started()
    deadline = time.monotonic() + 240
    while not list(tmp_path.glob("out/runs/**/measures/*.nc")):
        assert first.poll() is None, first.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=120)  # its processes hold standard error open until they end too
    kept = stamps(tmp_path / "out")
    assert not (tmp_path / "out" / "report" / "index.html").exists()
    second = started()
    _, errors = second.communicate(timeout=300)
    assert second.returncode == 0, errors
    after = stamps(tmp_path / "out")
    finished = [path for path in kept if path.suffix in (".nc", ".safetensors") and not path.name.startswith(".")]
    assert finished
    assert {path: after[path] for path in finished} == {path: kept[path] for path in finished}
    assert (tmp_path / "out" / "report" / "index.html").exists()


def test_the_full_scale_is_the_paper_and_the_small_one_smaller_in_every_way():
    assert set(SCALES) == {"full", "small"}
    for name, condition in CONDITIONS.items():
        full, small = (config_of(condition, SCALES[scale], [0]) for scale in ("full", "small"))
        assert small.network.units < full.network.units
        assert small.training.batches * small.training.batch_size < full.training.batches * full.training.batch_size
        assert small.network.sigma2_rec == full.network.sigma2_rec
        assert small.task.steps == full.task.steps == 100
        assert name in peers_of(name)
        assert (full.network.noise == "uniform") == (condition.form == "as published")
        assert (full.network.activation == "tanh") == (condition.form == "with tanh" or condition.family == "gru")
    assert len(peers_of(NOISY)) == 4
    assert {condition.form for condition in CONDITIONS.values()} == set(FORMS)


def test_noise_at_rest_is_doubled_in_vanilla_networks_only_and_each_has_the_other_beside_it():
    vanilla, gated = measures_of(NOISY, FULL)["kl"], measures_of("gru/noisy_unbiased", FULL)["kl"]
    assert (vanilla["quiescent"].noise, vanilla["same"].noise) == ("scaled", "same")
    assert (gated["quiescent"].noise, gated["doubled"].noise) == ("same", "scaled")
    assert "same" not in gated
    assert "turning" not in measures_of(NOISY, FULL)
    assert "temperature" not in measures_of(FREE, FULL)


def test_controls_take_the_place_of_some_networks_and_are_not_drawn():
    for name in CONDITIONS:
        assert any(controls_of(name, FULL).values()) == (name in CONTROLLED)
        for measures in controls_of(name, FULL).values():
            assert not set(measures) & set(PICTURES)
    assert "temperature" not in controls_of(NOISY, FULL)["sampler_5mm"]


def test_bad_words_are_refused_before_anything_is_written(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for words, message in [
        (["--seeds", "0-x"], "--seeds 0-x: must be a range or a list of different seeds"),
        (["--seeds", "5-2"], "--seeds 5-2: must be"),
        (["--seeds", "1,1"], "--seeds 1,1: must be"),
        (["--device", "nowhere"], "device=nowhere: cannot be used here"),
        (["--on", "slurm", "--slurm", "'"], "--slurm ': cannot be read (no closing quotation)"),
        (["--on", "slurm", "--slurm", "seed=3"], "--slurm seed=3: 'seed=3' is not a setting of an allocation"),
    ]:
        monkeypatch.setattr(sys, "argv", ["quiescent", "paper", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ranges_of_seeds_are_written_out(monkeypatch):
    seeds = []
    monkeypatch.setattr(
        "quiescent.studies.paper.run.run_paper", lambda out, scale, given, *_, **__: seeds.append(given)
    )
    for word in ("0-2,5", "3", "7,1"):
        assert CliRunner().invoke(app, ["paper", "--seeds", word]).exit_code == 0
    assert seeds == [(0, 1, 2, 5), (3,), (7, 1)]


def test_a_folder_of_another_scale_is_an_error_that_says_so(tmp_path):
    make_plan(tmp_path, MINI, [0], "gru")
    with pytest.raises(QuiescentError, match="holds another configuration"):
        make_plan(tmp_path, FULL, [0], "gru")
