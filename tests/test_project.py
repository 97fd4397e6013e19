"""Promises of the project's own files, and of the examples that they give."""

import ast
import importlib.util
import inspect
import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import structure
import torch
import typer
import xarray as xr
import yaml
from test_house import ROOMS, room

import quiescent
from quiescent.cli import app
from quiescent.config.load import load_config
from quiescent.config.named import names
from quiescent.evaluation.apply import apply
from quiescent.figures import FIGURES
from quiescent.measures import MEASURES
from quiescent.networks import NETWORKS
from quiescent.quiescence.activity import Activity
from quiescent.spaces import SPACES, Box, Space, from_text, to_text
from quiescent.studies.paper.experiments import Scale
from quiescent.studies.paper.measures import sized
from quiescent.tasks import Task
from quiescent.training.train import train

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_readme_names_the_two_commands():
    assert "make demo" in README
    assert "make test" in README


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


# The pages' links, and the map of the house.


def test_every_link_to_a_file_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_contributing_shows_the_house_as_it_is():
    (order,) = re.findall(r"^ {4}(errors .*)$", CONTRIBUTING, re.M)
    assert order.split() == ROOMS
    tabled = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`[^|]+) \| .* \| .* \| .* \|$", CONTRIBUTING, re.M)))
    assert [name.removesuffix("/").removesuffix(".py").replace("/", ".") for name in tabled] == ROOMS
    assert all((structure.SOURCE / name).exists() for name in tabled)


def test_every_module_and_test_that_contributing_names_exists():
    for name in re.findall(r"`([\w/]+/[\w/]*(?:\.\w+)?)`", CONTRIBUTING):
        assert any((folder / name).exists() for folder in (ROOT, structure.SOURCE, structure.SOURCE.parent)), name


def test_every_promise_has_a_test():
    page = (ROOT / "docs" / "explanation" / "promises.md").read_text(encoding="utf-8")
    promises = re.findall(r"^\| (?!promise |---)(.+) \| `(tests/\S+\.py)::(\w+)` \|$", page, re.M)
    assert len(promises) == len(re.findall(r"^\| (?!promise |---)", page, re.M)) > 20
    for promise, path, test in promises:
        assert f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8"), promise


# Examples: whole files and single lines, put into a copy of the package.

FILES = {
    path: code
    for page in (CONTRIBUTING, (ROOT / "docs" / "how-to" / "space.md").read_text(encoding="utf-8"))
    for path, code in re.findall(r"```(?:python|yaml)\n# (src/quiescent/[\w/.]+)\n(.*?)```", page, re.DOTALL)
}
MODULES = {Path(path).stem: path for path in FILES if path.endswith(".py")}
LINES = dict(re.findall(r"[Tt]he line in `([A-Z]+)`: `(.*?)`", CONTRIBUTING))
LINES |= {"NETWORKS": re.search(r"The line: `(NETWORKS.*?)`", CONTRIBUTING)[1]}
COMMANDS = re.findall(r"Then: `(quiescent .*?)`", " ".join(CONTRIBUTING.split()))
SMALL = {
    "network.units": 8,
    "task.place_cells.number": 12,
    "task.steps": 8,
    "training.batches": 2,
    "training.batch_size": 4,
    "training.test_every": 2,
    "training.save_every": 2,
}


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
    track = example("track")
    monkeypatch.setitem(SPACES, "track", track.Track)
    space = track.Track(3.0)
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


# Code and command lines of all pages.


@pytest.fixture
def small_settings(monkeypatch):
    """Give every configuration a few units, cells, steps and batches, and the measure `kl` a few trials and steps."""

    def load(name, *words):
        given = dict(word.partition("=")[::2] for word in words) | SMALL
        return load_config(name, *(f"{key}={value}" for key, value in given.items()))

    monkeypatch.setattr("quiescent.config.load.load_config", load)
    kl = MEASURES["kl"]
    phases = {name: sized(phase, Scale("few", {}, trials=0.1)) for name, phase in kl.phases.items()}
    monkeypatch.setitem(MEASURES, "kl", replace(kl, phases=phases))


def test_python_in_the_readme_runs(small_settings, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    scope = {}
    try:
        for block in blocks:
            exec(compile(block, "README.md", "exec"), scope)
        (run,) = train(scope["config"], tmp_path / "mine")  # the user's own kind of network
        assert run.finished()
    finally:
        for kind in set(NETWORKS) - {"vanilla", "gru"}:
            del NETWORKS[kind]
    assert (tmp_path / "dream.png").stat().st_size > 5000
    assert "500, 50, 2" in capsys.readouterr().out


def test_python_in_the_page_of_the_sweep_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT / "docs" / "results" / "sweep")
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "sweep.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(block, "sweep.md", "exec"), {})
    assert "network.sigma2_rec" in capsys.readouterr().out


def command_lines(page):
    """Find every command of the program on a page, in blocks and in sentences; the program's name is left out."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    sentences = " ".join(re.sub(r"```.*?```", "", text, flags=re.DOTALL).split())
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    for line in [*lines, *re.findall(r"`(quiescent [^`]+)`", sentences)]:
        words = shlex.split(line, comments=True)
        if words[:1] == ["quiescent"]:
            yield words[1:]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_every_command_line_of_a_page_is_one_of_the_program(page):
    program = typer.main.get_command(app)
    context = program.make_context("quiescent", ["configs"])
    for name, *words in command_lines(page):
        line = " ".join([f"{page.name}: quiescent", name, *words])
        if name in ("--help", "--install-completion"):
            continue
        assert name in program.commands, f"{line}: there is no such command"
        assert not program.commands[name].hidden, f"{line}: the command has another name now"
        if words:
            try:
                program.commands[name].make_context(name, list(words), parent=context)
            except typer.TyperException as error:
                pytest.fail(f"{line}: {error}")
            check_words(name, words, line)


def check_words(command, words, line):
    """Require that measures, figures, configurations and settings exist, but for words such as NAME and RUN."""
    words = [word for word in words if not re.fullmatch(r"[A-Z]+(\.\.\.)?|\.\.\.|key=values?", word)]
    known = {"measure": MEASURES, "draw": FIGURES}.get(command)
    if known and words:
        assert words[0] in known, line
    configurations = [word for word in words if word in names()]
    assert all(
        word in configurations for word in words if re.match(r"(?!runs/|results/)\w+/\w+", word) and command != "plot"
    ), line
    settings = [word for word in words if re.match(r"(task|network|training)\.\w+=", word)]
    for name in configurations:
        load_config(name, *(word.replace("..", ",").partition(",")[0] for word in settings))


def test_the_readme_says_what_every_command_does():
    listed = set(re.findall(r"^\| `quiescent (\w+)", README, re.M))
    assert listed == {name for name, command in typer.main.get_command(app).commands.items() if not command.hidden}
    for name in [*MEASURES, *FIGURES]:
        assert f"`{name}`" in README, name


# What users import.


def test_the_public_surface_is_small_and_all_there():
    assert PROJECT["project"]["version"] == version("quiescent") == quiescent.__version__
    assert len(quiescent.__all__) <= 20
    for name in quiescent.__all__:
        assert getattr(quiescent, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'replay'"):
        _ = quiescent.replay


SCRIPT = """
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure
from torch import Tensor
from xarray import Dataset

import quiescent as q


def residual(
    state: Tensor, drive: Tensor, recurrent: Tensor, activation: Callable[[Tensor], Tensor], step: float
) -> Tensor:
    return state + step * activation(drive + state @ recurrent)


def hear(progress: q.Progress) -> None:
    batch: int = progress.batch
    losses: list[float] = progress.losses
    print(batch, losses)


q.NETWORKS["residual"] = q.Kind(residual)
noise: float = 1.0
try:
    config: q.Config = q.load_config("recorded/sargolini", "seed=0,1")
    runs: list[q.Run] = q.train(config, Path("runs"), device="cpu", on_progress=hear)
except q.QuiescentError as error:
    raise SystemExit(str(error)) from None
members: q.Members = q.load_networks(runs)
untrained: q.Members = q.untrained([config])
awake: list[q.Activity] = q.active(members, trials=5)
asleep: q.Activity = q.rest(untrained, trials=5, steps=10, noise=noise)[0]
space: q.Space = asleep.space
result: Dataset = q.measure("kl", runs, noise=2.0)
figure: Figure = q.draw("density", runs)
print(q.measures.variance.variance(asleep.decoded, space), q.figures.FIGURES["density"])
"""
ARRAY = "numpy.ndarray[tuple[Any, ...], numpy.dtype[Any]]"


def test_a_type_checker_knows_all_that_is_exported_and_accepts_the_examples(tmp_path):
    for path in MODULES.values():
        (tmp_path / Path(path).name).write_text(FILES[path], encoding="utf-8")
    revealing = "".join(f"reveal_type(q.{name})\n" for name in quiescent.__all__)
    (tmp_path / "user.py").write_text(SCRIPT + revealing, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", *map(str, tmp_path.glob("*.py"))]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )  # with the cache of `make check`
    assert result.returncode == 0, result.stdout + result.stderr
    revealed = re.findall(r'Revealed type is "(.*)"', result.stdout)
    assert len(revealed) == len(quiescent.__all__)
    for name, kind in zip(quiescent.__all__, revealed, strict=True):
        assert not re.search(r"\b(Any|object)\b", kind.replace(ARRAY, "").replace("*args: object", "")), (
            f"{name}: {kind}"
        )


def sections(docstring):
    """Split a docstring in numpy's style by the titles of its sections."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(docstring), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


EXPORTED = [name for name in quiescent.__all__ if inspect.isfunction(getattr(quiescent, name))]


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_function_says_what_it_takes_gives_and_refuses(name):
    function = getattr(quiescent, name)
    parts = sections(function.__doc__)
    signature = inspect.signature(function)
    described = re.findall(r"^(\S.*?)(?: : .*)?$", parts["Parameters"], re.M)
    assert [word.strip("*") for line in described for word in line.split(", ")] == list(signature.parameters)
    assert parts["Returns"].strip()
    assert ">>> " in parts["Examples"]
    if can_raise(function):
        assert re.match(r"\w+Error\n    ", parts["Raises"])


def can_raise(function):
    """Tell whether a function, or one of its own module that it calls, raises an error."""
    module = structure.parse(Path(sys.modules[function.__module__].__file__))
    functions = {node.name: node for node in ast.walk(module) if isinstance(node, structure.FUNCTIONS)}
    waiting, seen = [function.__name__], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        nodes = list(ast.walk(functions[name]))
        if any(isinstance(node, ast.Raise) for node in nodes):
            return True
        waiting += {node.id for node in nodes if isinstance(node, ast.Name)} & functions.keys() - seen
    return False


def test_an_exported_class_says_what_it_is():
    for name in set(quiescent.__all__) - set(EXPORTED):
        exported = getattr(quiescent, name)
        if inspect.isclass(exported):
            assert exported.__doc__, name
            assert exported.__doc__.splitlines()[0].endswith("."), name
