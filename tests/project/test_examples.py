"""Examples of the pages, as whole files and single lines in a copy of the package, work and are written as it is."""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import structure
import torch
import xarray as xr
from examples import COMMANDS, FILES, LINES, MODULES, ROOT, SMALL
from test_house import ROOMS, room

from quiescent.evaluation.apply import apply
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Activity
from quiescent.spaces import SPACES, Box, Space, from_text, to_text
from quiescent.tasks import Task


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """Copy the package with all examples in it: their files, and their lines in the modules that list them."""
    root = tmp_path_factory.mktemp("extended")
    shutil.copytree(structure.SOURCE, root / "src" / "quiescent", ignore=shutil.ignore_patterns("__pycache__"))
    for path, code in FILES.items():
        assert not (root / path).exists()
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(code, encoding="utf-8")
    for listed, line in LINES.items():
        insert_line(root, listed, line)
    configurations = root / "src" / "quiescent" / "config" / "named" / "linear_track"
    (configurations / "noisy.yaml").write_text("base: linear_track/base\n", encoding="utf-8")
    return root / "src"


def insert_line(root, listed, line):
    """Put a line into the dictionary of that name, in the `__init__.py` beside the file that it speaks of."""
    (name,) = re.findall(r'"(\w+)"', line)
    home = root / Path(MODULES[name]).with_name("__init__.py")
    room_name = ".".join(home.parent.relative_to(root / "src").parts)
    (value,) = re.findall(r"(?:: |Kind\()(\w+)", line)
    source = room_name if ".MEASURE" in line or ".DRAWING" in line or ".COMMAND" in line else f"{room_name}.{name}"
    text = home.read_text(encoding="utf-8")
    if line.startswith(listed):
        text = text.replace("\n__all__", f"\n{line}\n\n__all__")
    else:
        text, count = re.subn(rf"^({listed}\b.*\{{\n)", rf"\g<1>    {line}\n", text, flags=re.M)
        assert count == 1
    first = re.search(r"^from quiescent", text, re.M).start()
    home.write_text(f"{text[:first]}from {source} import {value}\n{text[first:]}", encoding="utf-8")


RUN_COMMANDS = """
import json, sys
from typer.testing import CliRunner
from quiescent.cli import app

for words in json.load(sys.stdin):
    result = CliRunner().invoke(app, words, env={"COLUMNS": "120"}, catch_exceptions=False)
    print(result.output)
    assert result.exit_code == 0, words
"""


@pytest.fixture(scope="module")
def printed(extended, tmp_path_factory):
    """Run every command that the examples end with, on networks of a few units; returns all that is printed."""
    folder = tmp_path_factory.mktemp("commands")
    small = [f"{key}={value}" for key, value in SMALL.items()]
    trainings, others = [], []
    for command in COMMANDS:
        words = shlex.split(command)[1:]
        if words[0] == "train":
            trainings.append([*words, *small, "--out", str(folder / "runs" / str(len(trainings)))])
        else:
            others += [
                [str(folder / "runs" / str(number)) if word == "RUN" else word for word in words] for number in (0, 1)
            ]
    result = subprocess.run(
        [sys.executable, "-c", RUN_COMMANDS],
        input=json.dumps([*trainings, *others, ["configs"], ["--help"]]),
        env={"PYTHONPATH": str(extended), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return folder, result.stdout


def test_a_measure_a_figure_a_network_a_task_and_a_command_are_one_file_and_one_line_each(printed):
    folder, text = printed
    assert len(COMMANDS) == 5
    assert "linear_track/noisy" in text  # among the configurations
    assert "gain" in text
    for number in (0, 1):
        runs = folder / "runs" / str(number)
        with xr.open_dataset(runs / "seed_0" / "measures" / "extent.nc", engine="h5netcdf") as stored:
            assert list(stored["phase"].values) == ["quiescent"]
            assert stored["extent"].attrs["unit"] == "m"
            assert np.isfinite(stored["extent"].sel(reading="all")).all()
            assert np.isfinite(stored["extent_stderr"].sel(reading="all")).all()
        assert (runs / "figures" / "pace.png").stat().st_size > 5000
        assert re.search(rf"{re.escape(str(runs))}/seed_0: \d", text.replace("\n", ""))


def test_the_examples_live_in_the_house(extended):
    modules = structure.modules(extended / "quiescent")
    for path in FILES:
        if path.endswith(".py"):
            (module,) = [name for name, file in modules.items() if file == extended.parent / path]
            for item in structure.imports(structure.parse(modules[module])):
                target = structure.home(item.module, modules)
                assert target is None or ROOMS.index(room(target)) <= ROOMS.index(room(module))


def test_the_examples_are_written_as_the_package_is(extended):
    written = [str(extended.parent / path) for path in FILES if path.endswith(".py")]
    for words in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", str(ROOT / "pyproject.toml"), *written]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Import an example by the name of its module."""

    def load(name):
        file = tmp_path / f"{name}.py"
        file.write_text(FILES[MODULES[name]], encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)  # dataclasses look up the module that they are in
        spec.loader.exec_module(module)
        return module

    return load


def test_the_measure_is_the_largest_distance_from_the_middle(example):
    extent = example("extent").extent
    rng = np.random.default_rng(0)
    paths = rng.uniform(0, 3, (50, 4, 2))
    box = Box(((0.0, 3.0), (0.0, 3.0)))
    np.testing.assert_allclose(extent(paths, box), np.hypot(*(paths - 1.5).transpose(2, 0, 1)).max(0))
    paths[10:20], paths[:, 3] = np.nan, np.nan
    expected = np.hypot(*(paths[np.r_[:10, 20:50], :3] - 1.5).transpose(2, 0, 1)).max(0)
    np.testing.assert_allclose(extent(paths, box), [*expected, np.nan])


def test_the_task_samples_trials_that_obey_it(example):
    task = example("linear_track").LinearTrack(steps=30)
    assert isinstance(task, Task)
    trials = task.sample(50, generator=torch.Generator().manual_seed(0))
    assert trials.path.shape == (30, 50, 1)
    assert (trials.path >= 0).all()
    assert (trials.path <= task.length).all()
    torch.testing.assert_close(trials.start + trials.inputs.cumsum(0), trials.path)
    assert task.code(torch.Generator()).encode(trials.path).shape == (30, 50, 64)


def test_the_space_goes_through_measures_unchanged(example, monkeypatch):
    loop = example("loop")
    monkeypatch.setitem(SPACES, "loop", loop.Loop)
    space = loop.Loop(3.0)
    assert isinstance(space, Space)
    assert from_text(to_text(space)) == space
    rng = np.random.default_rng(0)
    turns = np.cumsum(rng.normal(0, 0.2, (400, 100, 1)), axis=0)  # m, over the seam many times
    paths = Activity((turns % 3).astype(np.float32), None, None, space)
    np.testing.assert_allclose(
        space.difference(paths.decoded[1:], paths.decoded[:-1]), np.diff(turns, axis=0), atol=1e-5
    )
    np.testing.assert_allclose(np.diff(space.unwrapped(paths.decoded), axis=0), np.diff(turns, axis=0), atol=1e-5)
    measured = {
        name: apply(MEASURES[name], {"active": paths, "quiescent": paths}, lambda _: np.random.default_rng(0), *others)
        for name, others in [("variance", ()), ("displacement", ()), ("occupancy", ()), ("kl", ({"this": paths},))]
    }
    far = measured["displacement"]["msd"].sel(phase="quiescent")
    assert far.attrs["unit"] == "m^2"
    np.testing.assert_allclose(far, measured["displacement"]["lags"] / paths.dt * 0.2**2, rtol=0.2)
    resultant = np.abs(np.exp(2j * np.pi / 3 * turns[..., 0]).mean(0))
    assert measured["variance"]["variance"].sel(phase="quiescent").item() == pytest.approx(
        1 - resultant.mean(), abs=1e-5
    )
    assert measured["kl"]["kl"].sel(phase="quiescent", reference="this") == pytest.approx(0, abs=0.01)
    counts, _ = np.histogram(turns % 3, np.linspace(0, 3, 21))
    np.testing.assert_allclose(
        measured["occupancy"]["density"].sel(phase="quiescent"), counts / turns.size * 20 / 3, rtol=1e-3
    )
    density = space.density(paths.decoded.reshape(-1, 1)[:5000])
    nodes = np.linspace(0, 3, 3000, endpoint=False)[:, None]
    assert np.exp(density.log(nodes)).mean() * 3 == pytest.approx(1)
    assert ((density.sample(1000, rng) >= 0) & (density.sample(1000, rng) < 3)).all()
