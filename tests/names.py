"""Reject near-synonyms: one word for one thing among the arguments of functions and the glossary of CONTRIBUTING.md.

python tests/names.py prints every offence and fails if there is one; `make check` runs it.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import structure

INSTEAD = {  # names that nothing may have, as a pattern: the word to use
    r"(n|nb|nr|num|number_of)_.+|.+_(count|number)": "the plural alone (units, cells, steps, trials)",
    r"hidden(_size|_dim|_units)?|neurons?": "units",
    r"sigma|sd|stdev|std_dev|deviation|.+_sigma": "std",
    r"time_?steps?|ticks?|duration": "steps",
    r"traj(s|ector(y|ies))?|rollouts?|batchsize|bs": "trials",
    r"delta_?t|time_?step_size": "dt",
    r"seed_?list|ra?nd(om)?_?(seed|state)": "seed or seeds",
    r"gen|prng|rnd|rand(om)?(_generator)?": "generator (torch) or rng (NumPy)",
    r"fn|f(ile)?_?name|file_?path|pathname": "path",
    r"dir(name|ectory)?|(out|output|save)_?dir": "folder, or out for where results go",
    r"ax|subplot|fig": "axes, figure",
    r"color": "colour",
    r"cfg|conf|configuration|h?params": "config",
    r"net|rnn": "network",
    r"lr|step_?size": "learning_rate",
    r"act|activation_(fn|function)|nonlinearity": "activation",
    r"cond|experiment": "condition",
    r"proportion|portion|percentage": "fraction",
    r"theta|head_direction|bearing": "heading or angles",
    r"pos|coords?|coordinates?|locations?": "points or paths",
    r"callback|cb|on_step": "on_progress",
}
KINDS = {"rng": "np.random.Generator", "generator": "torch.Generator", "share": "Share", "space": "Space", "run": "Run"}
DIFFERENT = [("state", "states"), ("measure", "measures")]  # two words: one step and all; a name and a typed list


def arguments(source: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, annotated type and function of every argument of a public function; `*names: str` has type `*str`."""
    for module, path in structure.modules(source).items():
        for item in structure.definitions(structure.parse(path), module):
            if isinstance(item.node, structure.FUNCTIONS) and "._" not in item.name.replace(".__", "."):
                given = item.node.args
                for argument in [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]:
                    if argument and argument.annotation and argument.arg != "_":
                        kind = re.sub(r"^Annotated\[([^,]+), .*", r"\1", ast.unparse(argument.annotation).strip("'"))
                        yield argument.arg, "*" * (argument in (given.vararg, given.kwarg)) + kind, item.name


def glossary(page: Path) -> set[str]:
    rows = re.findall(r"^\| ([a-z, ]+) \| ", page.read_text(encoding="utf-8").partition("## Words")[2], re.M)
    return {word for row in rows for word in row.split(", ")}


def offences(source: Path, page: Path) -> Iterator[str]:
    """Say which name is wrong and which word to use, a line each."""
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for name, kind, function in arguments(source):
        places[name].setdefault(kind, function)
        for word in [word for word, expected in KINDS.items() if (word == name) != (kind.split(" | ")[0] == expected)]:
            yield f"{function}({name}: {kind}): `{word}` is the word for {KINDS[word]}, and for nothing else"
    for name in sorted({*places, *glossary(page)}):
        for word in [word for pattern, word in INSTEAD.items() if re.fullmatch(pattern, name)]:
            yield f"{next(iter(places[name].values()), page.name)}({name}): say {word}"
    for a, b in combinations(sorted(places), 2):
        a_stem, b_stem = (re.sub(r"^(all|the|my)_", "", name).replace("_", "") for name in (a, b))
        for kind in places[a].keys() & places[b].keys() if a_stem.rstrip("s") == b_stem.rstrip("s") else ():
            if (a, b) not in DIFFERENT and (kind != "int" or a_stem == b_stem):  # of whole numbers: which, and how many
                yield f"{places[a][kind]}({a}) and {places[b][kind]}({b}): one word for {kind}"


if __name__ == "__main__":
    sys.exit("\n".join(offences(structure.SOURCE, structure.SOURCE.parents[1] / "CONTRIBUTING.md")) or None)
