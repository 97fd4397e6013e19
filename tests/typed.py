"""The program as a user types it, in an empty folder."""

import shlex
import sys
from pathlib import Path

import pytest

from quiescent import cli

TINY = [
    "network.units=16",
    "task.place_cells.number=12",
    "task.steps=8",
    "training.batches=6",
    "training.batch_size=10",
    "training.test_every=2",
    "training.save_every=3",
]
NOISY = "spatial_navigation/noisy_unbiased"


@pytest.fixture
def quiescent(monkeypatch, capsys, tmp_path, few_trials):
    """Run the program in an empty folder; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["quiescent", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return run


def files():
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


ODD = "[pilot] a [/b] :smile: it's"


def suggested(out):
    """The words of every command that an output or an error suggests, as a shell reads them."""
    marks = ("Next: ", "Draw it: ", "Make one: ", "Train it: ")
    commands = [line.partition(mark)[2] for line in out.splitlines() for mark in marks if mark in line]
    assert all(command.startswith("quiescent ") for command in commands)
    return [shlex.split(command)[1:] for command in commands]
