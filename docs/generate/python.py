"""What `import quiescent` gives: every exported name with its docstring."""

import inspect

import quiescent
from generate.markdown import section, table

GROUPS = {  # of exported names; whatever is in none of them is an error when the site is built
    "Train": ("load_config", "train", "recording", "example", "Config", "Run", "Progress"),
    "Rest and behave": ("load_networks", "untrained", "rest", "active", "Members", "Activity", "Space"),
    "Measure and draw": ("measure", "draw", "measures", "figures", "controls"),
    "Extend": ("NETWORKS", "Kind"),
    "Errors": ("QuiescentError",),
}
ELSEWHERE = {  # names that are no class and no function
    "measures": "All [measures](measures.md): `quiescent.measures.MEASURES` has them by name; the module of each has "
    "its functions, such as `quiescent.measures.variance.variance`.",
    "figures": "All [figures](figures.md): `quiescent.figures.FIGURES` has them by name.",
    "controls": "All [controls](measures.md#controls): `quiescent.controls.CONTROLS` has them by name.",
    "NETWORKS": "All kinds of network, by the name in `network.kind`: a dictionary of {py:class}`~quiescent.Kind`.",
}


def exported() -> str:
    """Write a section per group of names, with a table of all names above."""
    missing = set(quiescent.__all__) ^ {name for group in GROUPS.values() for name in group}
    if missing:
        raise ValueError(f"no group, or more than one, has {', '.join(sorted(missing))}")
    rows = [[f"[`{name}`](#python-{name.lower()})", _first(name)] for group in GROUPS.values() for name in group]
    return "\n".join([table(["name", "what it does or is"], rows), "", *map(_group, GROUPS)])


def _first(name: str) -> str:
    return ELSEWHERE[name].partition(":")[0] + "." if name in ELSEWHERE else _doc(name).partition("\n\n")[0]


def _doc(name: str) -> str:
    return inspect.getdoc(getattr(quiescent, name)) or ""


def _group(group: str) -> str:
    return section(2, group, *(_name(name) for name in GROUPS[group]))


def _name(name: str) -> str:
    if name in ELSEWHERE:
        return section(3, f"`quiescent.{name}`", ELSEWHERE[name], label=f"python-{name.lower()}")
    kind = "class" if inspect.isclass(getattr(quiescent, name)) else "function"
    members = "\n   :members:\n   :undoc-members:" if kind == "class" else ""
    directive = f"```{{eval-rst}}\n.. auto{kind}:: quiescent.{name}{members}\n```"
    return section(3, f"`quiescent.{name}`", directive, label=f"python-{name.lower()}")
