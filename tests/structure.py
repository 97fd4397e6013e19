"""Count what a package is built of, from its syntax trees: modules, functions, docstrings, floors of imports, circles.

python tests/structure.py [SRC] prints the counts of any checkout; SRC is its folder `src/quiescent`.
"""

import ast
import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parents[1] / "src" / "quiescent"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)


class Import(NamedTuple):
    """One imported module, and how: inside a function, or only for a type checker."""

    module: str
    line: int
    deferred: bool = False
    for_types: bool = False


class Definition(NamedTuple):
    """A function, class or module with its qualified name; lines do not count the docstring."""

    name: str
    node: ast.AST
    lines: int
    docstring: str | None


def modules(source: Path = SOURCE) -> dict[str, Path]:
    """List the modules below a package's folder by dotted name; a package has the name of its folder."""
    names = {path: path.relative_to(source.parent).with_suffix("").parts for path in sorted(source.rglob("*.py"))}
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts): path for path, parts in names.items()}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST, *, deferred: bool = False, for_types: bool = False) -> Iterator[Import]:
    """Find every import in a syntax tree; `from a import b` gives `a.b`, a relative one keeps its dots."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, deferred, for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            yield from (Import(f"{home}.{alias.name}", node.lineno, deferred, for_types) for alias in node.names)
        else:
            yield from imports(
                node,
                deferred=deferred or isinstance(node, FUNCTIONS),
                for_types=for_types or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)),
            )


def definitions(tree: ast.Module, module: str) -> Iterator[Definition]:
    """Find the module itself and every class and function in it, those inside others too."""

    def visit(node: ast.AST, name: str) -> Iterator[Definition]:
        if isinstance(node, DOCUMENTED):
            lines = 0 if isinstance(node, ast.Module) else (node.end_lineno or 0) - node.lineno + 1
            yield Definition(name, node, lines - docstring_lines(node), ast.get_docstring(node))
        for child in ast.iter_child_nodes(node):
            yield from visit(child, f"{name}.{child.name}" if isinstance(child, DOCUMENTED[1:]) else name)

    return visit(tree, module)


def docstring_lines(node: ast.AST) -> int:
    if not isinstance(node, DOCUMENTED) or ast.get_docstring(node) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


def public_names(tree: ast.Module) -> list[str]:
    """List the names without underscore that a module defines at its top level; what it imports does not count."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def home(name: str, known: Mapping[str, object]) -> str | None:
    """Name the module of the package that an imported name is, or lies in; None for other packages."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def graph(source: Path = SOURCE, *, deferred: bool = True) -> dict[str, set[str]]:
    """Map every module to the modules of the package that it imports, those inside functions too if `deferred`."""
    known = modules(source)
    edges: dict[str, set[str]] = {}
    for module, path in known.items():
        found = [item for item in imports(parse(path)) if not item.for_types and (deferred or not item.deferred)]
        edges[module] = {target for item in found if (target := home(item.module, known))} - {module}
    return edges


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Find the groups of modules that import each other in a circle: strongly connected components of two and more."""
    reach = {module: _reachable(module, edges) for module in edges}
    groups = {frozenset(other for other in reach[module] if module in reach[other]) for module in edges}
    return sorted(sorted(group) for group in groups if group)


def floors(edges: Mapping[str, set[str]]) -> list[str]:
    """Find the longest chain of imports, top module first; a circle is passed once."""
    reach = {module: _reachable(module, edges) for module in edges}
    longest: dict[str, list[str]] = {}
    for module in sorted(edges, key=lambda name: len(reach[name])):
        below = [longest[other] for other in edges[module] if other in longest and module not in reach[other]]
        longest[module] = [module, *max(below, key=len, default=[])]
    return max(longest.values(), key=len)


def _reachable(module: str, edges: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(edges[module])
    while waiting:
        other = waiting.pop()
        if other not in reached:
            reached.add(other)
            waiting += edges[other]
    return reached


def report(source: Path) -> Iterator[str]:
    """Say every count of a checkout, a line each."""
    known = modules(source)
    trees = {module: parse(path) for module, path in known.items()}
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in known.items()}
    files = {module: count for module, count in lines.items() if count > 1}
    every = [item for module, tree in trees.items() for item in definitions(tree, module)]
    functions = {item.name: item.lines for item in every if isinstance(item.node, FUNCTIONS)}
    docstrings = sum(docstring_lines(item.node) for item in every)
    edges = graph(source)
    entries = [path.name for path in source.iterdir() if path.name not in ("__pycache__", "py.typed")]
    yield f"top-level entries    {len(entries)}"
    yield f"Python lines         {sum(lines.values())}"
    yield f"modules              {len(files)} of more than one line"
    yield f"module, median       {statistics.median(files.values()):g} lines"
    yield f"module, longest      {max(files.values())} lines, {max(files, key=files.__getitem__)}"
    yield f"functions            {len(functions)}"
    yield f"function, median     {statistics.median(functions.values()):g} lines without docstring"
    yield f"function, longest    {max(functions.values())} lines, {max(functions, key=functions.__getitem__)}"
    yield f"docstrings           {docstrings / sum(lines.values()):.1%} of lines"
    yield f"deferred imports     {sum(item.deferred for tree in trees.values() for item in imports(tree))}"
    yield f"floors of imports    {len(floors(edges))}: {' > '.join(_short(name) for name in floors(edges))}"
    yield f"circles of imports   {len(circles(edges))}{''.join(_circle(group) for group in circles(edges))}"


def _short(module: str) -> str:
    return module.partition(".")[2] or module


def _circle(group: list[str]) -> str:
    return f"\n  {len(group)} modules: {', '.join(_short(name) for name in group)}"


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else SOURCE)))
