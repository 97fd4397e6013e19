"""Keep the house in order: imports go one way, rooms are small, everything says what it does, nothing is unsafe."""

import ast

import names
import pytest
import structure
from structure import FUNCTIONS

ROOMS = [  # a room imports only rooms to its left
    *(
        "errors",
        "settings",
        "statistics",
        "streams",
        "spaces",
        "machine",
        "recordings",
        "tasks",
        "networks",
        "config",
        "simulation",
        "dynamics",
    ),
    *(
        "formats",
        "runs",
        "training",
        "foreign",
        "quiescence",
        "controls",
        "measures",
        "figures",
        "evaluation",
        "jobs",
        "terminal",
        "page",
        "studies",
    ),
    *("terminal.commands", "cli", "__main__"),
]
QUICK_START = ("quiescent", "quiescent.terminal.commands")  # may import inside functions
OPTIONAL = {"ot", "parsl", "psutil", "pynwb", "ripser"}  # other packages that may be imported inside functions
LIMITS = {"module": 250, "function": 40, "names": 20}  # lines, lines without docstring, public names of a module
EXCUSED: dict[str, str] = {}  # module or function: why it is larger, at most five
RIDDLES = ("The same", "The inverse", "Those", "These", "Whether", "What")  # beginnings that no docstring may have
UNSAFE = {"pickle", "dill", "cloudpickle", "marshal", "shelve", "torch.load"}

PATHS = structure.modules()
TREES = {module: structure.parse(path) for module, path in PATHS.items()}
IMPORTS = {module: list(structure.imports(tree)) for module, tree in TREES.items()}
DEFINITIONS = [item for module, tree in TREES.items() for item in structure.definitions(tree, module)]


def fail(offences):
    lines = sorted(set(offences))
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def room(module):
    """Name the room that a module lies in; the package itself is none."""
    parts = module.split(".")[1:]
    two = ".".join(parts[:2])
    return two if two in ROOMS else next(iter(parts), None)


def test_every_module_lies_in_a_room():
    fail(f"{module}: {room(module)} is no room" for module in PATHS if room(module) not in (None, *ROOMS))


def test_a_room_imports_only_rooms_to_its_left():
    offences = []
    for module, items in IMPORTS.items():
        here = room(module)
        for item in items:
            target = structure.home(item.module, PATHS)
            there = room(target) if target else None
            if here in ROOMS and there in ROOMS and ROOMS.index(there) > ROOMS.index(here):
                offences.append(f"{module}:{item.line} ({here}) imports {item.module} ({there})")
    fail(offences)


def test_no_modules_import_each_other_in_a_circle():
    fail(", ".join(group) for group in structure.circles(structure.graph()))


def test_imports_stand_at_the_top_and_are_absolute():
    offences = []
    for module, items in IMPORTS.items():
        quick = module == QUICK_START[0] or f"{module}.".startswith(f"{QUICK_START[1]}.")
        for item in items:
            if item.module.startswith("."):
                offences.append(f"{module}:{item.line} imports relatively")
            if item.deferred and not quick and item.module.partition(".")[0] not in OPTIONAL:
                offences.append(f"{module}:{item.line} imports {item.module} inside a function")
    fail(offences)


def test_modules_and_functions_are_small():
    sizes = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in PATHS.items()}
    functions = {item.name: item.lines for item in DEFINITIONS if isinstance(item.node, FUNCTIONS)}
    names = {module: len(structure.public_names(tree)) for module, tree in TREES.items()}
    large = {
        **{name: f"{size} lines" for name, size in sizes.items() if size > LIMITS["module"]},
        **{name: f"{size} lines" for name, size in functions.items() if size > LIMITS["function"]},
        **{name: f"{size} public names" for name, size in names.items() if size > LIMITS["names"]},
    }
    fail(f"{name}: {size}" for name, size in large.items() if name not in EXCUSED)
    fail(f"{name}: needs no excuse" for name in EXCUSED if name not in large)
    assert len(EXCUSED) <= 5


def public(name):
    return not any(part.startswith("_") and part != "__init__" for part in name.split(".")[1:])


def protocol_methods():
    """Name the methods that protocols of the package document for whoever implements them."""
    protocols = [
        item.node
        for item in DEFINITIONS
        if isinstance(item.node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in item.node.bases)
    ]
    return {node.name for protocol in protocols for node in protocol.body if isinstance(node, FUNCTIONS)}


def test_what_is_public_has_a_docstring():
    functions = {item.name for item in DEFINITIONS if isinstance(item.node, FUNCTIONS)}
    promised = protocol_methods()
    offences = []
    for item in DEFINITIONS:
        within, _, last = item.name.rpartition(".")
        known = within in functions or last in promised  # inside a function, or said once by the protocol
        if item.docstring is None and public(item.name) and not known and last != "__init__":
            offences.append(f"{item.name} has no docstring")
    fail(offences)


def test_every_docstring_stands_alone():
    offences = []
    for item in DEFINITIONS:
        words = " ".join((item.docstring or "").split())
        offences += [f"{item.name}: {words[:60]}" for riddle in RIDDLES if f"{words} ".startswith(f"{riddle} ")]
    fail(offences)


def test_nothing_is_unpickled_or_evaluated():
    offences = []
    for module, tree in TREES.items():
        if module != "quiescent.machine.pickles":  # which runs nothing: tests/faults/test_pickles.py
            offences += [
                f"{module}:{item.line} imports {item.module}" for item in IMPORTS[module] if unsafe(item.module)
            ]
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("eval", "exec", "torch.load"):
                offences.append(f"{module}:{call.lineno} calls {ast.unparse(call.func)}")
    fail(offences)


def unsafe(name):
    return name in UNSAFE or name.partition(".")[0] in UNSAFE


SAMPLE = {
    "quiescent/__init__.py": "",
    "quiescent/low.py": "import typing\nif typing.TYPE_CHECKING:\n    from quiescent import high\n",
    "quiescent/high.py": "from quiescent.low import thing\n\ndef act():\n    '''Act.'''\n    import quiescent.ring.b\n",
    "quiescent/ring/a.py": "import quiescent.ring.b\n",
    "quiescent/ring/b.py": "from quiescent.ring import a\nPUBLIC, _private = 1, 2\n",
}


def test_counting_sees_floors_circles_and_imports_inside_functions(tmp_path):
    for name, text in SAMPLE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    source = tmp_path / "quiescent"
    assert structure.circles(structure.graph(source)) == [["quiescent.ring.a", "quiescent.ring.b"]]
    assert structure.graph(source, deferred=False)["quiescent.high"] == {"quiescent.low"}
    assert structure.graph(source)["quiescent.high"] == {"quiescent.low", "quiescent.ring.b"}
    assert len(structure.floors(structure.graph(source))) == 2
    (act,) = [item for item in structure.definitions(structure.parse(source / "high.py"), "high") if item.lines]
    assert (act.name, act.lines, act.docstring) == ("high.act", 2, "Act.")
    assert structure.public_names(structure.parse(source / "ring" / "b.py")) == ["PUBLIC"]


WORDS = """
def act(n_units: int, rng: torch.Generator, angles: Array, all_angles: Array, lane: int, lanes: int): ...
def _hidden(n_units: int): ...
"""


def test_near_synonyms_are_rejected_with_the_word_to_use(tmp_path):
    source, page = tmp_path / "quiescent", tmp_path / "CONTRIBUTING.md"
    source.mkdir()
    (source / "a.py").write_text(WORDS)
    page.write_text("## Words\n\n| word | meaning |\n|---|---|\n| step, traj | a path |\n")
    assert list(names.offences(source, page)) == [
        "quiescent.a.act(rng: torch.Generator): `rng` is the word for np.random.Generator, and for nothing else",
        "quiescent.a.act(rng: torch.Generator): `generator` is the word for torch.Generator, and for nothing else",
        "quiescent.a.act(n_units): say the plural alone (units, cells, steps, trials)",
        "CONTRIBUTING.md(traj): say trials",
        "quiescent.a.act(all_angles) and quiescent.a.act(angles): one word for Array",
    ]
