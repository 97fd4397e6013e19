"""Sweeps as a user runs them: results over a grid, and failures that change nothing in them."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import xarray as xr

from quiescent import cli
from quiescent.config.load import load_config
from quiescent.config.naming import label
from quiescent.errors import QuiescentError
from quiescent.machine import lease
from quiescent.runs.open import open_runs, read_config
from quiescent.runs.run import all_runs
from quiescent.studies.sweep.draw import draw_sweep
from quiescent.studies.sweep.results import load_results, select
from quiescent.training.loop import train_together

NOISY = "spatial_navigation/noisy_unbiased"
SMALL = [
    "network.units=16",
    "task.place_cells.number=12",
    "task.steps=8",
    "training.batch_size=10",
    "training.test_every=50",
]
QUICK = [*SMALL, "training.batches=12", "training.save_every=5"]
LONG = [*SMALL, "training.batches=600", "training.save_every=10"]
LONGER = [*SMALL, "training.batches=2000", "training.save_every=10"]


def command(*words, measures="distance"):
    package = Path(cli.__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": str(package), "COLUMNS": "200", "OMP_NUM_THREADS": "1"}
    call = [sys.executable, "-c", "from quiescent.cli import main; main()", "sweep", *words, "--measures", measures]
    return call, environment


@contextlib.contextmanager
def driver(folder, *words, **more):
    """A sweep in a process of its own; whatever it started is gone in the end."""
    call, environment = command(*words, **more)
    with open(folder / "said.txt", "a", encoding="utf-8") as said:
        process = subprocess.Popen(call, cwd=folder, env=environment, stdout=said, stderr=said, start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(folder):
    return (folder / "said.txt").read_text(encoding="utf-8")


def sweep(folder, *words, **more):
    call, environment = command(*words, **more)
    return subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)


def weights(folder):
    return {
        f"{run.folder.parent.name}/{run.folder.name}": (run.checkpoints()[-1].read_bytes(), run.metrics())
        for run in all_runs(folder)
    }


def holders(folder):
    """Processes that train."""
    found = (lease.noted(run.folder) for run in all_runs(folder))
    return [one.process for one in found if one is not None]


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    done = sweep(folder, NOISY, "seed=0..3", *LONG, "--jobs", "2")
    assert done.returncode == 0, done.stderr
    return weights(folder)


def test_a_grid_becomes_labelled_arrays_a_table_and_plots(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [NOISY, "seed=0..1", "network.sigma2_rec=0,1e-2", "network.activation=relu,tanh", *QUICK]
    dry = sweep(tmp_path, *words, "--dry-run", "--jobs", "2")
    assert dry.returncode == 0
    assert "8 networks; results in sweeps/spatial_navigation/noisy_unbiased+" in dry.stdout
    assert "8 jobs, 2 side by side, on local: about" in " ".join(dry.stdout.split())
    assert [path.name for path in tmp_path.iterdir()] == []

    done = sweep(tmp_path, *words, "--jobs", "2", "--out", "out")
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


def test_a_hundred_kills_change_no_weight(tmp_path):
    words = [NOISY, "seed=0..3", *SMALL, "training.batches=3000", "training.save_every=10"]
    random_moments = random.Random(0)
    kills, hit = 0, dict.fromkeys((f"seed_{seed}" for seed in range(4)), 0)
    with driver(tmp_path, *words, "--jobs", "2", "--out", "killed") as process:
        while process.poll() is None and kills < 100:
            runs = all_runs(tmp_path)
            done = {run.folder.name: run.batches_done() for run in runs}
            hurry = sum(done.values()) > kills / 100 * 4 * 3000
            time.sleep(random_moments.uniform(0, 0.02 if hurry else 0.3))
            held = [(run.folder.name, holder) for run in runs if (holder := lease.noted(run.folder)) is not None]
            victims = [one for one in held if not hurry or done[one[0]] > hit[one[0]]]  # in a hurry, none in vain
            with contextlib.suppress(ProcessLookupError, IndexError):
                name, holder = random_moments.choice(victims)
                os.kill(holder.process, signal.SIGKILL)
                kills, hit[name] = kills + 1, done[name]
        assert process.wait(300) == 0, said(tmp_path)
    assert kills == 100
    retries = int(re.search(r"(\d+) time\(s\) a job was killed or stopped, and went on", said(tmp_path))[1])
    assert kills - 15 <= retries <= kills  # two in a row may hit one process, or one that had done its work
    assert sweep(tmp_path, *words, "--jobs", "2", "--out", "whole").returncode == 0
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")


@pytest.mark.parametrize(
    ("stop", "by"),
    [
        ("SIGKILL", "driver"),
        ("SIGINT", "driver"),
        ("SIGTERM", "driver"),
        ("SIGUSR2", "workers"),
        ("SIGTERM", "workers"),
    ],
)
def test_whatever_stops_it_the_same_command_goes_on_to_the_same_weights(tmp_path, undisturbed, stop, by):
    words = [NOISY, "seed=0..3", *LONG, "--jobs", "2"]
    with driver(tmp_path, *words) as process:
        victims = until(lambda: len(holders(tmp_path)) == 2 and holders(tmp_path))
        until(lambda: any(run.batches_done() > 20 for run in all_runs(tmp_path)))
        for victim in [process.pid] if by == "driver" else victims:
            os.kill(victim, getattr(signal, stop))
        if by == "driver":
            assert process.wait(60) != 0
            until(lambda: not any(psutil.pid_exists(one) for one in victims))  # it takes its workers with it
    before = {run.folder.name: run.batches_done() for run in all_runs(tmp_path)}
    if by == "driver":
        assert sum(before.values()) < 4 * 600
    if stop == "SIGINT":
        assert "stopped and saved with" in said(tmp_path)
    assert sweep(tmp_path, *words).returncode == 0
    assert weights(tmp_path) == undisturbed


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


def test_of_two_drivers_one_works_and_the_other_says_who(tmp_path, undisturbed):
    words = [NOISY, "seed=0..3", *LONG, "--jobs", "2"]
    with driver(tmp_path, *words) as first:
        training = until(lambda: len(holders(tmp_path)) == 2 and holders(tmp_path))
        for process in training:  # so that the first is still at work, however slowly the second starts
            os.kill(process, signal.SIGSTOP)
        try:
            second = sweep(tmp_path, *words)
        finally:
            for process in training:
                os.kill(process, signal.SIGCONT)
        assert second.returncode == 2
        assert re.search(rf"is being worked on by process {first.pid} on \S+\.$", second.stderr.strip())
        assert first.wait(120) == 0
    assert weights(tmp_path) == undisturbed


def test_a_run_that_another_process_trains_is_waited_for(tmp_path):
    config = load_config(NOISY, "seed=0", *QUICK)
    (run,) = open_runs(config, tmp_path / "out" / "runs" / label(config))
    with contextlib.ExitStack() as stack:
        drivers = []

        def begin_a_sweep(progress):
            if progress.batch == 1:
                drivers.append(stack.enter_context(driver(tmp_path, NOISY, "seed=0", *QUICK, "--out", "out")))
                until(lambda: list(tmp_path.glob("out/lease_*")))  # at work
                time.sleep(5)
                assert drivers[0].poll() is None
                assert run.batches_done() == 0

        train_together([run], on_progress=begin_a_sweep)
        assert drivers[0].wait(60) == 0, said(tmp_path)
    assert run.finished()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system could be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(path):
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def test_a_full_disk_is_a_clear_error_and_work_goes_on_when_there_is_space(small_disk, tmp_path):
    long = [NOISY, "seed=0,1", *LONGER, "--jobs", "2"]  # neither ends before the disk is full
    words = [*long, "--out", str(small_disk)]
    filler = small_disk / "filler"
    with driver(tmp_path, *words) as process:
        until(lambda: all(run.batches_done() > 20 for run in all_runs(small_disk)) and len(all_runs(small_disk)) == 2)
        fill(filler)
        assert process.wait(120) != 0
    assert "no space left on the device" in said(tmp_path)
    assert "Traceback" not in said(tmp_path)
    assert all(run.batches_done() > 0 for run in all_runs(small_disk))
    assert not all(run.finished() for run in all_runs(small_disk))
    filler.unlink()
    done = sweep(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert "failed" not in done.stdout
    whole = sweep(tmp_path, *long, "--out", "whole")
    assert whole.returncode == 0
    assert weights(small_disk) == weights(tmp_path / "whole")


def test_a_damaged_checkpoint_is_told_and_the_one_before_is_used(tmp_path, undisturbed):
    words = [NOISY, "seed=0..3", *LONG, "--jobs", "2"]
    with driver(tmp_path, *words) as process:
        until(lambda: any(run.batches_done() > 40 for run in all_runs(tmp_path)))
        process.kill()
    until(lambda: not any(psutil.pid_exists(one) for one in holders(tmp_path)))
    run = max(all_runs(tmp_path), key=lambda one: one.batches_done())
    newest = run.checkpoints()[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    done = sweep(tmp_path, *words)
    assert done.returncode == 0
    assert re.search(rf"{newest.name} is damaged .*: kept as {newest.name}.damaged; training goes on from", done.stdout)
    assert weights(tmp_path) == undisturbed


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
