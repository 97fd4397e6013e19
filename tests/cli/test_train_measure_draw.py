"""Training, measuring, drawing and watching from end to end: files that appear, numbers that stay."""

import json
from pathlib import Path

import pytest
import xarray as xr
from typed import NOISY, TINY

from quiescent.evaluation.evaluate import measure
from quiescent.runs.run import Run


def test_many_runs_are_measured_side_by_side_and_go_on_where_they_stopped(quiescent, monkeypatch):
    assert quiescent("train", NOISY, "seed=0,1,2", *TINY, "--out", "noisy")[0] == 0
    runs = [Run(Path(f"noisy/seed_{seed}")) for seed in range(3)]
    alone = measure("drift", runs)
    stored = {run: run.folder / "measures" / "drift.nc" for run in runs}
    for run in runs[1:]:  # as if it had been stopped after the first
        stored[run].unlink()
    kept = stored[runs[0]].stat().st_mtime_ns
    monkeypatch.setattr("quiescent.jobs.perform.measure_run", lambda *_, **__: pytest.fail("measured in this process"))
    code, out, err = quiescent("measure", "drift", "noisy", "--jobs", "2")
    assert (code, err) == (0, "")
    assert "Stored as measures/drift.nc in 3 run folders" in out
    assert stored[runs[0]].stat().st_mtime_ns == kept
    xr.testing.assert_identical(measure("drift", runs, reuse=True), alone)


def test_train_measure_draw_runs_from_end_to_end(quiescent):
    assert quiescent("train", NOISY, "seed=0,1", *TINY, "--out", "noisy")[0] == 0
    free = ["spatial_navigation/no-noise_unbiased", "seed=0", *TINY]
    assert quiescent("train", *free)[0] == 0  # under its default name
    before = Path("noisy/seed_0/checkpoints/batch_000000006.safetensors").read_bytes()
    code, out, _ = quiescent("train", NOISY, "seed=0,1", *TINY, "--out", "noisy")
    assert (code, "Already finished" in out) == (0, True)
    assert Path("noisy/seed_0/checkpoints/batch_000000006.safetensors").read_bytes() == before

    for name in ("kl", "variance"):
        code, out, err = quiescent("measure", name, "noisy", *free)
        assert (code, err) == (0, "")
        assert "±" in out
    with xr.open_dataset("noisy/seed_0/measures/kl.nc", engine="h5netcdf") as stored:
        # Quiescent, random, other behaviour, uniform; two active phases; all and valid steps.
        assert stored["kl"].sizes == {"reading": 2, "window": 5, "phase": 4, "reference": 2}
        assert stored["kl"].attrs["unit"] == "nats"
    before = Path("noisy/seed_0/measures/kl.nc").stat().st_mtime_ns
    for name in ("trajectories", "kl_matrix", "loss"):
        assert quiescent("draw", name, "noisy", *free)[0] == 0
        assert Path(f"noisy/figures/{name}.png").stat().st_size > 5000
        assert Path(f"noisy/figures/{name}.pdf").read_bytes().startswith(b"%PDF")
    assert Path("noisy/seed_0/measures/kl.nc").stat().st_mtime_ns == before  # what is stored is drawn
    assert quiescent("measure", "distance", "noisy", "--noise", "0.5")[0] == 0
    code, out, err = quiescent("watch", "noisy", *free, "--weights", "float32")
    assert (code, err) == (0, "")
    assert "noisy/watch.html" in out
    assert "weights as float32" in out
    assert Path("noisy/watch.html").stat().st_size > 100_000

    code, out, _ = quiescent("runs", ".")
    assert code == 0
    assert out.count("finished") == 2
    assert "0,1" in out
    assert "6/6" in out
    tests = [json.loads(line)["batch"] for line in Path("noisy/seed_0/metrics.jsonl").read_text().splitlines()]
    assert tests == [0, 2, 4, 6]


def test_tables_of_commands_are_as_wide_as_the_terminal(quiescent, monkeypatch):
    for columns in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        outputs = [quiescent("configs")[1], quiescent("train", NOISY, "seed=0,1", *TINY, "--out", "here")[1]]
        outputs += [quiescent("runs", ".")[1], quiescent("measure", "distance", "here")[1]]
        for out, number in zip(outputs, ("20000", "6/6", "6/6", "±"), strict=True):
            assert number in out
            tables = out.replace("Stored as", "Next: ").replace("Draw it: ", "Next: ").partition("Next: ")[0]
            wide = [line for line in tables.splitlines() if len(line) > columns]
            assert all(len(line.split()) == 1 for line in wide)  # a name that is wider by itself


def test_watch_opens_the_page_if_asked(quiescent, monkeypatch):
    opened = []
    monkeypatch.setattr("typer.launch", opened.append)
    assert quiescent("train", NOISY, *TINY, "--out", "here")[0] == 0
    assert quiescent("watch", "here", "--weights", "float32")[0] == 0
    assert opened == []
    assert quiescent("watch", "here/seed_0", "--weights", "float32", "--open")[0] == 0
    assert opened == [Path("here/watch.html").resolve().as_uri()]


def test_headings_can_be_measured_and_drawn(quiescent):
    tiny = [word.replace("place_cells", "hd_cells") for word in TINY]
    assert quiescent("train", "head_direction/noisy_biased", *tiny, "--out", "hd")[0] == 0
    for name in ("kl", "turning"):
        assert quiescent("measure", name, "hd")[0] == 0
    for name in ("trajectories", "loss"):
        assert quiescent("draw", name, "hd", "--out", f"{name}.png")[0] == 0
    assert quiescent("train", NOISY, *TINY, "--out", "nav")[0] == 0
    assert quiescent("watch", "hd", "--weights", "float32", "--out", "hd.html")[0] == 0
    for command in (["measure", "kl"], ["watch"]):
        code, _, err = quiescent(*command, "hd", "nav")
        assert (code, "different variables (heading, position)" in err) == (2, True)
    for command in (("measure", "ring"), ("draw", "turning")):
        code, _, err = quiescent(*command, "nav")
        assert (code, f"'{command[1]}' is for runs that track a heading; these track a position." in err) == (2, True)
