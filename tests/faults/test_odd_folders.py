"""Odd things in run folders: listed with the reason, set aside or left alone, and everything else goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import xarray as xr
from partly import train_partly
from test_leases_lost import contents

from quiescent.errors import QuiescentError
from quiescent.machine import files
from quiescent.machine.stopping import Stopped
from quiescent.runs.log import DamagedLog
from quiescent.runs.open import open_runs
from quiescent.runs.run import all_runs, runs_in
from quiescent.studies.sweep.results import load_results
from quiescent.terminal.tables import runs_table
from quiescent.training.train import train

LINE = b'{"batch": 4, "loss": 0.5, "error": 0.25}'
ODD_LINES = {
    "null": LINE.replace(b"0.25", b"null"),
    "not a number": LINE.replace(b"0.25", b"NaN"),
    "infinite": LINE.replace(b"0.25", b"1e999"),
    "a word": LINE.replace(b"0.25", b'"0.25"'),
    "a switch": LINE.replace(b"4", b"true", 1),
    "below zero": LINE.replace(b"0.25", b"-1"),
    "no batch": LINE.replace(b"4", b"-4", 1),
    "beyond floats": LINE.replace(b"0.25", b"9" * 400),
    "huge": LINE.replace(b"4", b"9" * 30, 1),
    "missing": b'{"batch": 4}',
    "more": LINE.replace(b"}", b', "x": 1}'),
    "a list": b"[4, 0.5, 0.25]",
    "deep": b"[" * 10_000,
    "bytes": b"\xff\xfe}",
    "nothing": b"\0\0\0\0",
}


@pytest.mark.parametrize("line", ODD_LINES.values(), ids=ODD_LINES)
def test_a_damaged_line_is_named_and_training_goes_on_with_the_good_ones(tiny, tmp_path, line):
    (run,) = open_runs(tiny(), tmp_path)
    train_partly([run], 6)
    log = run.folder / "metrics.jsonl"
    good = log.read_bytes().splitlines()
    log.write_bytes(b"\n".join([good[0], line, *good[1:], b""]))
    damaged = log.read_bytes()
    with pytest.raises(QuiescentError, match=rf"^{log} is damaged \(line 2: "):
        run.metrics()
    with pytest.warns(DamagedLog, match=rf"{log} is damaged \(line 2: .*its good lines, 2 tests, are used"):
        train(tiny(), tmp_path)
    assert (run.folder / "metrics.jsonl.damaged").read_bytes() == damaged
    assert [test.batch for test in run.metrics()] == [0, 4, 8, 10]
    assert log.read_bytes().splitlines()[:2] == good


def test_one_odd_folder_is_listed_with_the_reason_and_all_others_as_ever(tiny, tmp_path):
    runs = open_runs(tiny("seed=0,1"), tmp_path / "good")
    train_partly(runs[:1], 6)
    (runs[0].folder / "config (conflict).yaml").write_text("seed: 9")
    (runs[0].folder / "lease_1 (conflict).json").write_text("{}")
    (runs[0].folder / "checkpoints" / "batch_6-2.safetensors").write_bytes(b"")
    (runs[0].folder / "checkpoints" / "batch_000000009 (conflict).safetensors").write_bytes(b"")
    odd = {
        "good/seed_2": ("config (conflict).yaml", b"seed: 2"),
        "good/seed_1 (conflict)": ("config.yaml", (runs[1].folder / "config.yaml").read_bytes()),
        "empty/seed_0": ("config.yaml", b""),
        "bytes/seed_0": ("config.yaml", b"\xff\xfe"),
        "date/seed_0": ("config.yaml", b"seed: 2024-99-99"),
        "switch/seed_0": ("config.yaml", b"training: {batches: true}"),
        "log/seed_0": ("metrics.jsonl", b'{"batch": 0, "loss": null, "error": null}\n'),
    }
    for name, (file, text) in odd.items():
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.yaml").write_text("training: {batches: 4}")
        (tmp_path / name / file).write_bytes(text)
        if file.startswith("config ("):
            (tmp_path / name / "config.yaml").unlink()
    table = runs_table(all_runs(tmp_path))
    states = {(Path(row[0].strip("'")).relative_to(tmp_path), row[4]) for row in table.rows}
    good = {(Path("good"), "unfinished"), (Path("good"), "not started")}
    assert states == good | {(Path(name), "odd") for name in odd}
    assert len(table.caption.splitlines()) == len(odd)
    assert all(f"{tmp_path / name}" in table.caption for name in odd)
    assert runs_in(tmp_path / "good") == runs
    train(tiny(), tmp_path / "good")
    assert runs[0].finished()


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes there")
def test_a_folder_may_have_a_name_that_is_no_text(tiny, tmp_path):
    out = tmp_path / os.fsdecode(b"rat\xff")
    (run,) = train(tiny(), out)
    before = contents(out)
    train(tiny(), out)
    assert run.finished()
    assert contents(out) == before
    script = "import sys; from quiescent.cli import main; sys.argv[1:] = ['runs', sys.argv[1]]; main()"
    strict = os.environ | {"PYTHONIOENCODING": "utf-8:strict"}
    listed = subprocess.run([sys.executable, "-c", script, tmp_path], env=strict, capture_output=True, check=True)
    assert rb"rat\udcff" in listed.stdout


def test_gathered_results_that_no_sweep_stored_are_one_error(tmp_path):
    for array in (xr.DataArray([1.0], attrs={"unit": 3}), xr.DataArray(["a"])):
        xr.Dataset({"kl": array}).to_netcdf(tmp_path / "sweep.nc", engine="h5netcdf")
        with pytest.raises(QuiescentError, match=r"sweep.nc: cannot be read \(kl is not as a sweep stores it\)"):
            load_results(tmp_path)


def gone():
    """Number a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_who_holds_a_lease_clears_what_the_dead_left_and_nothing_else(tiny, tmp_path):
    (run,) = open_runs(tiny(), tmp_path)
    (run.folder / "checkpoints").mkdir()
    (run.folder / "measures").mkdir()
    dead, alive = gone(), os.getpid()
    fresh = run.folder / "measures" / f".kl.nc.{dead}.tmp"  # perhaps of a living process on another machine
    left = [
        run.folder / "checkpoints" / f".batch_000000003.safetensors.{dead}.tmp",
        run.folder / f".now.{dead}.123",
        run.folder / "measures" / f".order.nc.{dead}.tmp",
    ]
    kept = [fresh, run.folder / "checkpoints" / f".batch_3.{alive}.tmp", run.folder / "measures" / ".mine.tmp"]
    for path in [*left, *kept]:
        path.touch()
        if path is not fresh:
            os.utime(path, (0, 0))
    os.utime(left[0])
    train(tiny(), tmp_path)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in kept)


def test_what_is_written_outlasts_a_power_cut(tiny, tmp_path, monkeypatch):
    synced, works = set(), os.fsync

    def sync(descriptor):
        synced.add(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        works(descriptor)

    monkeypatch.setattr(files.os, "fsync", sync)
    (run,) = open_runs(tiny(), tmp_path / "new" / "runs")
    assert {tmp_path, tmp_path / "new", tmp_path / "new" / "runs", run.folder} <= synced
    synced.clear()
    train(tiny(), tmp_path / "new" / "runs")
    assert {run.folder, run.folder / "metrics.jsonl", run.folder / "checkpoints"} <= synced


@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN])  # the second as `nohup` has it
def test_a_closed_terminal_is_a_wish_to_stop_unless_it_is_to_be_outlived(handler):
    before = signal.signal(signal.SIGHUP, handler)
    try:
        with Stopped() as stopped:
            os.kill(os.getpid(), signal.SIGHUP)
            assert stopped.asked == (handler is signal.SIG_DFL)
    finally:
        signal.signal(signal.SIGHUP, before)
