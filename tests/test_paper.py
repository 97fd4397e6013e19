"""A miniature paper from end to end; killed in the middle, it goes on; nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import pytest
import xarray as xr
from rich.console import Console
from typer.testing import CliRunner

from quiescent.cli import app, main
from quiescent.errors import QuiescentError
from quiescent.jobs.places import Local
from quiescent.studies.paper.experiments import CONDITIONS, FAMILIES, FULL, NOISY, SCALES, Scale, config_of, peers_of
from quiescent.studies.paper.figures import FIGURES_SHOWN
from quiescent.studies.paper.measures import measures_of
from quiescent.studies.paper.plan import make_plan
from quiescent.studies.paper.report import can_be_drawn
from quiescent.studies.paper.results import gather
from quiescent.studies.paper.run import run_paper

TWO = Local(jobs=2)
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
    trials=0.06,
    steps=0.05,
)


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """The whole paper with one seed, two networks at a time."""
    out = tmp_path_factory.mktemp("paper")
    with open(os.devnull, "w", encoding="utf-8") as file:
        return run_paper(out, MINI, [0], Console(file=file), place=TWO, command="quiescent paper")


def test_the_report_is_one_page_with_every_figure_and_every_claim(paper):
    text = paper.read_text(encoding="utf-8")
    assert text.count('src="data:image/png;base64,') == len(FIGURES_SHOWN)
    assert "http" not in text.replace("http-equiv", "")  # nothing is fetched
    for shown in FIGURES_SHOWN:
        assert (paper.parent / "figures" / f"{shown.family}_{shown.name}.pdf").read_bytes().startswith(b"%PDF")
    assert text.count('<tr class="claim">') == 10
    assert "undecided at this number of seeds" in text


def test_networks_of_every_family_run_live_beside_the_report(paper):
    text = paper.read_text(encoding="utf-8")
    for family in FAMILIES:
        assert f'href="watch_{family}.html"' in text
        assert (paper.parent / f"watch_{family}.html").stat().st_size > 100_000


def test_numbers_and_verdicts_are_kept(paper):
    kept = json.loads((paper.parent / "claims.json").read_text(encoding="utf-8"))
    assert kept["made"]["command"] == "quiescent paper"
    numbers = [claim["number"] for claim in kept["claims"]]
    assert numbers == [*map(str, range(1, 11)), "gaussian noise", "uniform noise"]
    assert kept["claims"][0]["all"]["verdict"] == "undecided"  # one seed has no interval
    assert kept["claims"][0]["all"]["criteria"][0]["low"] is None
    with xr.open_dataset(paper.parent / "results.nc", group="spatial_navigation/kl", engine="h5netcdf") as kl:
        core = [name for name in CONDITIONS if name.startswith("spatial") and CONDITIONS[name].core]
        rest = kl["kl"].sel(condition=core, phase="quiescent", reading="all", reference=core)
        assert rest.notnull().all()
        assert kl["kl"].sel(condition=f"{NOISY}_long", reference=core).isnull().all()


def stamps(folder):
    return {path: path.stat().st_mtime_ns for path in folder.glob("runs/**/*") if path.is_file()}


def test_a_second_time_nothing_is_trained_or_measured_but_all_is_drawn(paper):
    out = paper.parents[1]
    before, drawn = stamps(out), paper.stat().st_mtime_ns
    assert len(before) > 200
    with open(os.devnull, "w", encoding="utf-8") as file:
        run_paper(out, MINI, [0], Console(file=file), place=TWO, only="gru")
    assert stamps(out) == before
    assert paper.stat().st_mtime_ns > drawn


def test_a_comparison_is_not_drawn_of_one_condition(paper):
    plan = make_plan(paper.parents[1], MINI, [0], "spatial_navigation")
    alone = plan._replace(runs={name: runs for name, runs in plan.runs.items() if CONDITIONS[name].core})
    results = gather(alone)
    family = [shown for shown in FIGURES_SHOWN if shown.family == "spatial_navigation"]
    left_out = {shown.name for shown in family if not can_be_drawn(shown, alone, results)}
    assert left_out == {"validity_added", "summary_added"}


def test_a_damaged_or_outdated_measure_is_made_again(paper):
    out = paper.parents[1]
    run = out / "runs" / "gru" / "noisy_biased" / "seed_0"
    (run / "measures" / "variance.nc").write_bytes(b"nothing")
    with h5py.File(run / "measures" / "distance.nc", "a") as file:
        file.attrs["origin"] = "another version"
    (measurement,) = make_plan(out, MINI, [0], "gru").measurements()
    assert measurement.run.folder == run
    assert set(measurement.measures) == {"variance", "distance"}


SCRIPT = """
import sys
from pathlib import Path
from rich.console import Console
from test_paper import MINI, TWO
from quiescent.studies.paper.run import run_paper
if __name__ == "__main__":
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
    assert make_plan(tmp_path / "out", MINI, [0, 1], "gru").measurements() == []


def test_the_full_scale_is_the_paper_and_the_small_one_smaller_in_every_way():
    assert set(SCALES) == {"full", "small"}
    for name, condition in CONDITIONS.items():
        full, small = (config_of(condition, SCALES[scale], [0]) for scale in ("full", "small"))
        assert small.network.units < full.network.units
        assert small.training.batches * small.training.batch_size < full.training.batches * full.training.batch_size
        assert small.network.sigma2_rec == full.network.sigma2_rec
        assert small.task.steps == full.task.steps == (200 if name.endswith("long") else 100)
        assert name in peers_of(name)
    assert config_of(CONDITIONS[f"{NOISY}_strong"], FULL, [0]).network.sigma2_rec == pytest.approx(1e-3)
    assert config_of(CONDITIONS[f"{NOISY}_uniform"], FULL, [0]).network.noise == "uniform"
    assert len(peers_of(NOISY)) == 4


def test_noise_at_rest_is_doubled_in_vanilla_networks_only_and_each_has_the_other_beside_it():
    vanilla, gated = measures_of(NOISY, FULL)["kl"], measures_of("gru/noisy_unbiased", FULL)["kl"]
    assert (vanilla["quiescent"].noise, vanilla["same"].noise) == ("scaled", "same")
    assert (gated["quiescent"].noise, gated["doubled"].noise) == ("same", "scaled")
    assert "same" not in gated
    assert "turning" not in measures_of(NOISY, FULL)
    assert "temperature" not in measures_of("spatial_navigation/no-noise_unbiased", FULL)


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
