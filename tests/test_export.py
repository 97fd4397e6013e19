"""`quiescent export`: files that appear, what they hold, and files that must not be lost."""

import os
import shlex
import shutil
import sys

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy

from quiescent import cli
from quiescent.quiescence.awake import active
from quiescent.quiescence.resting import rest
from quiescent.runs.run import Run
from quiescent.training.state import load_networks
from quiescent.training.train import train

FILES = {"nwb": ".nwb", "pynapple": "_pynapple", "csv": ".csv", "weights": "_weights"}
WORDS = ["--trials", "3", "--steps", "9"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Train two small networks."""
    from quiescent.config.load import load_config

    folder = tmp_path_factory.mktemp("runs")
    small = ("network.units=8", "task.place_cells.number=12", "task.steps=6", "training.batches=2")
    train(load_config("spatial_navigation/noisy_unbiased", "seed=0,1", *small), folder, device="cpu")
    return folder


@pytest.fixture
def said(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["quiescent", "export", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "300")
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("form", FILES)
def test_every_run_is_written_and_never_overwritten_by_surprise(folder, said, form, tmp_path):
    code, out, err = said(folder, "--to", form, "--out", tmp_path, *WORDS)
    assert (code, err) == (0, "")
    first, second = sorted(tmp_path.iterdir())
    assert first.name.endswith(f"_seed_0{FILES[form]}")
    assert f"{second}: " in out
    assert " MB" in out
    before = first.stat().st_mtime_ns, sorted(tmp_path.rglob("*"))
    code, out, err = said(folder, "--to", form, "--out", tmp_path, *WORDS)
    assert (code, out) == (2, "")
    assert err == f"quiescent: {first} exists. Choose another folder with --out, or give --overwrite.\n"
    assert before == (first.stat().st_mtime_ns, sorted(tmp_path.rglob("*")))
    assert said(folder, "--to", form, "--out", tmp_path, "--overwrite", *WORDS)[0] == 0
    assert before[0] < max(path.stat().st_mtime_ns for path in (first, *first.rglob("*")))
    assert before[1] == sorted(tmp_path.rglob("*"))


def test_files_hold_the_activity_and_the_weights_of_the_run(folder, said, tmp_path):
    run = folder / "seed_1"
    for form in ("csv", "pynapple", "weights"):
        assert said(run, "--to", form, "--out", tmp_path, "--noise", "0.5", *WORDS)[0] == 0
    members = load_networks([Run(run)])
    (wake,) = active(members, trials=3)
    (dream,) = rest(members, trials=3, steps=9, noise=0.5, keep_states=True)
    table = pd.read_csv(next(tmp_path.glob("*.csv"))).astype({"x": np.float32, "y": np.float32})
    paths = np.concatenate([activity.decoded.swapaxes(0, 1).reshape(-1, 2) for activity in (wake, dream)])
    np.testing.assert_array_equal(table[["x", "y"]], paths)
    (states,) = tmp_path.glob("*/states.npz")
    with np.load(states) as file:
        np.testing.assert_array_equal(file["d"][3 * 6 :], dream.states.swapaxes(0, 1).reshape(-1, 8))
    (model,) = tmp_path.glob("*/model.safetensors")
    for name, weight in safetensors.numpy.load_file(model).items():
        expected = members.codes[0].cells if name == "centres" else members.network.weights[name][0]
        np.testing.assert_array_equal(weight, expected)


@pytest.mark.parametrize("form", ["csv", "pynapple"])
def test_what_a_killed_export_left_is_removed_and_what_is_being_written_stays(folder, said, form, tmp_path):
    assert said(folder / "seed_0", "--to", form, "--out", tmp_path, *WORDS)[0] == 0
    (path,) = tmp_path.iterdir()
    left, living = (path if path.is_dir() else tmp_path) / ".states.npz.4194303.tmp", tmp_path / f".a.{os.getpid()}.tmp"
    for file in (left, living):
        file.touch()
        os.utime(file, (0, 0))
    assert said(folder / "seed_0", "--to", form, "--out", tmp_path, "--overwrite", *WORDS)[0] == 0
    assert (left.exists(), living.exists()) == (False, True)


def test_two_runs_that_would_become_one_file_are_one_line(folder, said, tmp_path):
    shutil.copytree(folder / "seed_0", tmp_path / "seed_0")
    shutil.copytree(folder / "seed_0", tmp_path / "seed_00")
    code, _, err = said(tmp_path, "--to", "csv", "--overwrite")
    assert (code, err.count("\n")) == (2, 1)
    assert "seed_0 and " in err
    assert "seed_00 would both become" in err
    assert not (tmp_path / "exports").exists()


def test_bad_words_are_one_line_and_write_nothing(folder, said, tmp_path):
    for words, error in [
        (["--to", "matlab"], "'matlab' is not one of"),
        (["--to", "csv", "--steps", "0"], "Input should be greater than or equal to 1"),
        (["--to", "csv", "--noise", "loud"], "noise=loud: must be"),
        (["--to", "csv", "--noise", "absolute", "--sigma2", "-1"], "sigma2=-1: must be >= 0"),
    ]:
        code, _, err = said(folder, "--out", tmp_path / "new", *words)
        assert code == 2, shlex.join(words)
        assert error in " ".join(err.replace("│", "").split())
    assert not (tmp_path / "new").exists()
