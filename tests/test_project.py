"""Promises of the project's own files, and of the examples that they give."""

import importlib.util
import itertools
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
import yaml
from typer.testing import CliRunner

import quiescent
from quiescent.cli import app
from quiescent.figures import FIGURES
from quiescent.measures import MEASURES
from quiescent.networks import NETWORKS, Kind
from quiescent.tasks import Task
from quiescent.training.train import train

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


def test_every_constraint_is_pinned_and_covers_what_the_package_needs():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line) for line in lines)
    assert "torch==2.13.0" in lines  # without the suffix of one kind of build
    pinned = {normal(line.split("==")[0]) for line in lines}
    extras = PROJECT["project"]["optional-dependencies"].values()
    needed = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"], *itertools.chain(*extras)]
    assert {normal(re.match(r"[\w.-]+", name)[0]) for name in needed} <= pinned


def normal(name):
    return re.sub("[-_.]+", "-", name).lower()


def test_citation_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == PROJECT["project"]["license"] == "BSD-3-Clause"
    assert str(citation["version"]) == quiescent.__version__
    assert {"message", "title", "authors", "references"} <= citation.keys()
    assert all({"type", "title", "authors", "year"} <= reference.keys() for reference in citation["references"])
    assert any("2505.17003" in reference.get("url", "") for reference in citation["references"])


def test_the_public_surface_is_small_and_all_there():
    assert PROJECT["project"]["version"] == version("quiescent") == quiescent.__version__
    assert len(quiescent.__all__) <= 20
    for name in quiescent.__all__:
        assert getattr(quiescent, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'replay'"):
        _ = quiescent.replay


@pytest.fixture
def example(tmp_path):
    """Write an example of CONTRIBUTING.md into a file, and import it."""

    def load(name):
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        (code,) = re.findall(rf"```python\n# src/quiescent/{name}\.py\n(.*?)```", text, re.DOTALL)
        file = tmp_path / f"{Path(name).name}.py"
        file.write_text(code, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(file.stem, file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def quiescent_command(*words):
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_a_measure_is_one_file_and_one_line(tiny, tmp_path, monkeypatch, example):
    monkeypatch.setitem(MEASURES, "extent", example("measures/extent").MEASURE)  # the one line
    (run,) = train(tiny(), tmp_path / "runs")
    assert "extent (m)" in quiescent_command("measure", "extent", tmp_path / "runs")
    with xr.open_dataset(run.folder / "measures" / "extent.nc", engine="h5netcdf") as stored:
        assert list(stored["phase"].values) == ["quiescent"]
        assert np.isfinite(stored["extent"].sel(reading="all")).all()


def test_a_figure_is_one_file_and_one_line(tiny, tmp_path, monkeypatch, example):
    monkeypatch.setitem(FIGURES, "pace", example("figures/pace").DRAWING)  # the one line
    train(tiny(), tmp_path / "runs")
    quiescent_command("figure", "pace", tmp_path / "runs")
    assert (tmp_path / "runs" / "figures" / "pace.png").stat().st_size > 5000


def test_a_network_is_one_file_and_one_line(tiny, tmp_path, monkeypatch, example):
    monkeypatch.setitem(NETWORKS, "residual", Kind(example("networks/residual").residual))  # the one line
    config = tiny("network.kind=residual", "network.activation=tanh")
    (run,) = train(config, tmp_path / "runs")
    (dream,) = quiescent.rest(quiescent.load([run]), trials=3, steps=5)
    assert dream.decoded.shape == (5, 3, 2)


def test_a_task_is_settings_that_draw_trials(example):
    task = example("tasks/linear_track").LinearTrack(steps=30)
    assert isinstance(task, Task)
    trials = task.sample(50, generator=torch.Generator().manual_seed(0))
    assert trials.states.shape == (30, 50, 1)
    assert (trials.states >= 0).all()
    assert (trials.states <= task.length).all()
    torch.testing.assert_close(trials.start + trials.inputs.cumsum(0), trials.states)
    assert task.code(torch.Generator()).encode(trials.states).shape == (30, 50, 64)
