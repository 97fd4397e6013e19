"""Names and folders that are too long, lead elsewhere, or cannot be printed."""

import io
import sys
from pathlib import Path

import pytest

from quiescent import cli
from quiescent.config.load import load_config
from quiescent.config.naming import label
from quiescent.errors import QuiescentError
from quiescent.studies.sweep.plan import name_of

NOISY = "spatial_navigation/noisy_unbiased"
LONG = "n" * 300


@pytest.fixture
def said(monkeypatch, tmp_path):
    """Run the program in an empty folder, to a terminal of some encoding; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words, encoding="ascii"):
        streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
        monkeypatch.setattr(sys, "argv", ["quiescent", *words])
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code
        for stream in streams:
            stream.flush()
        return code, *(stream.buffer.getvalue().decode() for stream in streams)

    return run


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_whatever_the_terminal_lacks_is_written_in_its_signs(said, encoding):
    code, out, err = said("configs", encoding=encoding)
    assert (code, err) == (0, "")
    assert "dt/\\u03c4" in out
    code, _, err = said("train", "no Ω here", encoding=encoding)
    assert (code, err.count("\n")) == (2, 1)
    assert "no configuration named 'no \\u03a9 here'" in err


@pytest.mark.parametrize(
    "words",
    [
        ["train", NOISY, "--out", LONG],
        ["train", f"{LONG}/{LONG}"],
        ["train", f"{LONG}.yaml"],
        ["measure", "kl", LONG],
        ["watch", LONG],
        ["runs", LONG],
        ["plot", LONG, "kl", "seed"],
        ["sweep", NOISY, "--out", LONG],
        ["sweep", NOISY, "--on", f"{LONG}.py"],
        ["demo", "--out", LONG],
        ["train", "recorded/sargolini", f"task.path={LONG}.csv"],
    ],
    ids=lambda words: words[0],
)
def test_a_name_that_no_file_can_have_is_one_line(said, tmp_path, words):
    code, _, err = said(*words)
    assert (code, err.count("\n")) == (2, 1), err
    assert "nnn" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../x", "/abs/x", "mine", "", ".."])
def test_a_name_that_is_no_configurations_is_an_error_that_names_the_key(tmp_path, name):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: {NOISY}\nname: '{name}'\n")
    with pytest.raises(QuiescentError, match=rf"^name={name}: must be left out, or name a configuration. In: {path}.$"):
        load_config(str(path))


@pytest.mark.parametrize("name", ["...yaml", "..yaml", ".yaml", "../...yaml", "/abs/x.yaml", f"{'s' * 250}.yaml"])
def test_whatever_its_name_a_run_lies_below_the_folder_of_runs(tmp_path, name):
    path = tmp_path / "mine.yaml"
    path.write_text(f"base: {NOISY}\nname: {name}\n")
    for folder in (label(load_config(str(path), "network.units=8")), name_of([name, "network.units=8"])):
        assert Path(folder).name == folder
        assert (tmp_path / folder).resolve().parent == tmp_path.resolve()
        (tmp_path / folder).mkdir(exist_ok=True)


def test_long_names_of_different_configurations_differ(tmp_path):
    paths = [tmp_path / f"{'s' * 240}{end}.yaml" for end in "ab"]
    for path in paths:
        path.write_text(f"base: {NOISY}\n")
    labels = {label(load_config(str(path), *words)) for path in paths for words in ([], ["task.anchor_point=[1,2]"])}
    assert len(labels) == 4


@pytest.mark.parametrize("before", ["--out=", "--on=", "config=", "task.path="])
def test_a_home_after_an_equals_sign_is_that_of_the_user(monkeypatch, before):
    monkeypatch.setenv("HOME", r"/home/\1")
    assert cli.at_home(f"{before}~/x=~/y") == rf"{before}/home/\1/x=~/y"
    for word in ("~/x", "a b=~/x", f"{before}a~/x", f"{before}~", f"{before}~else/x"):
        assert cli.at_home(word) == word


def test_an_out_in_the_home_folder_lies_there(said, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    small = ["network.units=8", "task.place_cells.number=8", "task.steps=5", "training.batches=1"]
    assert said("train", NOISY, *small, "--out=~/x")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert (tmp_path / "home" / "x" / "seed_0" / "config.yaml").exists()
