"""The way of the data: imports go one way, and nothing unsafe is called."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "quiescent"
LATER = [
    *("members", "episode", "gradient", "loss", "checkpoints", "lease", "runs", "grouping", "training"),
    *("jobs", "workers", "grid", "schedule", "engines", "slurm", "sweep", "standing", "sweeping", "estimate"),
    *("activity", "quiescence", "evaluation", "measuring", "claims", "paper", "page", "watch", "report", "demo", "cli"),
]
FORBIDDEN = {
    "tasks": [*LATER, "networks", "lanes", "config", "measures", "figures"],
    "networks": [*LATER, "tasks", "config", "measures", "figures"],
    "measures": [*[name for name in LATER if name != "activity"], "networks", "config", "figures"],
    "figures": [*[name for name in LATER if name != "runs"], "networks"],
}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_room_imports_from_a_later_one(room):
    files = sorted((SOURCE / room).glob("*.py"))
    assert files
    for path in files:
        rooms = {name.split(".")[1] for name in imported(path) if name.startswith("quiescent.")}
        assert not rooms & set(FORBIDDEN[room]), path


def test_nothing_is_unpickled_or_evaluated():
    for path in SOURCE.rglob("*.py"):
        assert not imported(path) & {"pickle", "dill", "cloudpickle", "torch.load"}, path
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        for call in calls:
            assert not (isinstance(call, ast.Name) and call.id in ("eval", "exec")), path
            assert not (isinstance(call, ast.Attribute) and ast.unparse(call) == "torch.load"), path
