"""What users import is small, typed and described."""

import ast
import inspect
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import structure
from examples import FILES, MODULES, PROJECT, ROOT

import quiescent


def test_the_public_surface_is_small_and_all_there():
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "src/quiescent/__init__.py"  # the one source
    assert version("quiescent") == quiescent.__version__
    assert len(quiescent.__all__) <= 22
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
