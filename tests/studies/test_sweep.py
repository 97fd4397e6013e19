"""Sweeps as a user runs them: results over a grid, wherever it is worked on."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from sweeping import NOISY, QUICK, sweep, sweep_as_users_do

from quiescent import cli
from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.runs.open import read_config
from quiescent.runs.run import all_runs
from quiescent.studies.sweep.draw import draw_sweep
from quiescent.studies.sweep.results import load_results, select


def test_a_grid_becomes_labelled_arrays_a_table_and_plots(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [NOISY, "seed=0..1", "network.sigma2_rec=0,1e-2", "network.activation=relu,tanh", *QUICK]
    dry = sweep(tmp_path, *words, "--dry-run", "--jobs", "2")
    assert dry.returncode == 0
    assert "8 networks; results in sweeps/spatial_navigation/noisy_unbiased+" in dry.stdout
    assert "8 jobs, 2 side by side, on local: about" in " ".join(dry.stdout.split())
    assert [path.name for path in tmp_path.iterdir()] == []

    done = sweep_as_users_do(tmp_path, *words, "--jobs", "2", "--out", "out")
    assert done.returncode == 0, done.stderr
    results = load_results(Path("out"))
    sizes = {"network.sigma2_rec": 2, "network.activation": 2, "seed": 2, "reading": 2, "phase": 4}
    assert results["distance"].sizes == sizes
    assert results["distance"].attrs["unit"] == "m"
    assert results["test_error"].notnull().all()
    rest = results["distance"].sel(phase="quiescent", reading="all")
    assert rest.notnull().all()
    # Noise added at rest is meant for networks trained without it.
    added = results["distance"].sel(phase="noise_added", reading="all")
    assert added.sel({"network.sigma2_rec": 0.0}).notnull().all()
    assert added.sel({"network.sigma2_rec": 1e-2}).isnull().all()
    # Every number is that of the run of these settings.
    at = {"network.sigma2_rec": 1e-2, "network.activation": "tanh", "seed": 1}
    config = load_config(NOISY, "seed=1", "network.sigma2_rec=1e-2", "network.activation=tanh", *QUICK)
    (run,) = [run for run in all_runs(Path("out")) if read_config(run) == config]
    with xr.open_dataset(run.folder / "measures" / "distance.nc", engine="h5netcdf") as own:
        assert float(results["distance"].sel(at | {"phase": "active", "reading": "all"})) == float(
            own["distance"].sel(phase="active", reading="all", window="paper")
        )
    assert float(results["test_loss"].sel(at)) == run.metrics()[-1].loss
    assert (Path("out") / "figures" / "distance.png").stat().st_size > 5000
    rows = [line.split()[:5] for line in done.stdout.splitlines()]
    at_noise = rows.index(["0.01", "relu", "2", "of", "2"])
    assert rows[at_noise + 1][:4] == ["tanh", "2", "of", "2"]  # of the same noise, which is not said again

    before = {path: path.stat().st_mtime_ns for path in Path("out/runs").rglob("*") if path.is_file()}
    again = sweep(tmp_path, *words, "seed=0..1", "--out", "out")
    assert again.returncode == 2  # seed twice
    wider = [word.replace("seed=0..1", "seed=0..2") for word in words]
    assert sweep(tmp_path, *wider, "--jobs", "2", "--out", "out").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before  # only what was missing
    assert load_results(Path("out"))["distance"].sizes["seed"] == 3


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    axes = {"network.sigma2_rec": [0.0, 1e-4, 1e-2], "network.kind": ["vanilla", "gru"], "seed": [0, 1, 2, 3]}
    shape = [*map(len, axes.values()), 2, 2]
    dims = [*axes, "reading", "phase"]
    array = xr.DataArray(rng.normal(size=shape), dims=dims, attrs={"unit": "nats"})
    labels = {"reading": ["all", "valid"], "phase": ["quiescent", "random"]}
    return xr.Dataset({"kl": array}, coords=axes | labels)


def test_a_plot_shows_the_means_over_seeds_against_the_key(numbers):
    (plot,) = draw_sweep(numbers, "kl", "network.sigma2_rec", reading="valid").axes
    lines = {line.get_label(): line for line in plot.lines if not line.get_label().startswith("_")}
    assert list(lines) == ["kind vanilla", "kind gru"]
    expected = numbers["kl"].sel(reading="valid", phase="quiescent").mean("seed")
    np.testing.assert_allclose(lines["kind gru"].get_ydata(), expected.sel({"network.kind": "gru"}))
    assert plot.get_ylabel() == "kl, quiescent (nats)"
    assert plot.get_xscale() == "symlog"  # wide, and with a zero


def test_of_a_plot_only_chosen_values_are_drawn_and_bad_names_are_one_error(numbers):
    chosen = select(numbers, ["network.kind=gru", "seed=2"])
    (plot,) = draw_sweep(chosen, "kl", "network.sigma2_rec").axes
    expected = numbers["kl"].sel({"network.kind": "gru", "seed": 2, "reading": "all", "phase": "quiescent"})
    np.testing.assert_allclose(plot.lines[0].get_ydata(), expected)
    assert select(numbers, ["rnn.sigma2_rec=0.0001"]).sizes == select(numbers, ["network.sigma2_rec=1e-4"]).sizes
    for act, message in [
        (lambda: select(numbers, ["network.units=3"]), "'network.units' was not swept. Swept: network.sigma2_rec"),
        (lambda: select(numbers, ["network.kind=lstm"]), "not one of its values, vanilla, gru"),
        (lambda: draw_sweep(numbers, "length", "seed"), "no measure named 'length'. Stored: kl"),
        (lambda: draw_sweep(numbers, "kl", "units"), "'units' was not swept"),
        (lambda: draw_sweep(numbers, "kl", "network.kind", phase="dream"), "no phase named 'dream'"),
        (lambda: draw_sweep(numbers * np.nan, "kl", "network.kind"), "nothing is stored of 'kl'"),
        (lambda: load_results(Path("nowhere")), "cannot be read"),
    ]:
        with pytest.raises(QuiescentError, match=re.escape(message)):
            act()


def test_a_worker_whose_network_explodes_fails_alone(tmp_path):
    words = [
        NOISY,
        "seed=0,1",
        "training.learning_rate=1e-3,1e12",
        "network.activation=identity",
        *QUICK,
        "--jobs",
        "2",
    ]
    done = sweep(tmp_path, *words)
    assert done.returncode == 1
    assert len(re.findall(r"^failed: .*the loss became (?:nan|inf)", done.stdout, re.M)) == 2
    assert "2 of 4 networks are done; the same command tries the others again." in done.stdout
    assert sorted(run.finished() for run in all_runs(tmp_path)) == [False, False, True, True]
    (folder,) = (tmp_path / "sweeps").glob("*/*")
    error = load_results(folder)["test_error"]
    assert error.sel({"training.learning_rate": 1e-3}).notnull().all()
    assert error.sel({"training.learning_rate": 1e12}).isnull().all()


ENGINE = """
from parsl.config import Config
from parsl.executors import ThreadPoolExecutor
config = Config(executors=[ThreadPoolExecutor(max_threads=2)], initialize_logging=False, run_dir="engine")
"""


def test_any_configuration_of_the_engine_will_do(tmp_path):
    (tmp_path / "mine.py").write_text(ENGINE)
    done = sweep(tmp_path, NOISY, "seed=0,1", *QUICK, "--on", "mine.py", "--out", "out", measures="kl")
    assert done.returncode == 0, done.stderr
    assert all(run.finished() for run in all_runs(tmp_path))
    # Of every network the divergence from its own behaviour.
    kl = load_results(tmp_path / "out")["kl"].sel(seed=1, reading="all", phase="quiescent")
    with xr.open_dataset(all_runs(tmp_path)[1].folder / "measures" / "kl.nc", engine="h5netcdf") as own:
        assert float(kl) == float(own["kl"].sel(phase="quiescent", reading="all", window="paper").squeeze())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--on", "nowhere"], "--on nowhere: must be local, slurm, or a Python file"),
        (["--on", "bad.py"], "--on bad.py: cannot be run (ZeroDivisionError: division by zero)"),
        (["--on", "empty.py"], "--on empty.py: must define `config`, a parsl.Config"),
        (["partition=tests"], "'partition' is a setting of --on slurm; here --on is local"),
        (
            ["--on", "slurm", "time=soon"],
            "time=soon: must be a time limit of a minute or more, such as 08:00:00",
        ),
        (["--on", "slurm", "time=00:00:30"], "time=00:00:30: must be a time limit of a minute or more"),
        (["--on", "slurm", "cpus=0"], "cpus=0: must be a whole number >= 1"),
        (["--on", "slurm"], "--on slurm: there is no sbatch here; start this on a login node"),
        (["--measures", "length"], "no measure named 'length'"),
        (["--measures", "ring"], "the measure 'ring' is for runs that track a heading; these track a position"),
        (["--device", "nowhere"], "device=nowhere: cannot be used here"),
    ],
)
def test_bad_input_is_one_error_and_nothing_is_trained(monkeypatch, capsys, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    Path("bad.py").write_text("1 / 0")
    Path("empty.py").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("quiescent.studies.sweep.run.announce", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["quiescent", "sweep", NOISY, *QUICK, *words])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(Path().glob("**/checkpoints"))
