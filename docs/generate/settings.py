"""Settings: key, what the comment beside each says, what is allowed, and the default."""

import ast
import inspect
import io
import math
import tokenize
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from generate.markdown import code, section, table
from quiescent.config.schema import Config
from quiescent.jobs.slurm import SlurmSettings
from quiescent.quiescence.rest_settings import RestSettings
from quiescent.recordings.settings import ColumnSettings
from quiescent.settings import Law, Settings
from quiescent.tasks import TASKS
from quiescent.tasks.head_direction_cells import HeadDirectionCellSettings
from quiescent.tasks.place_cells import PlaceCellSettings
from quiescent.tasks.routes import NamedRegion, Route

NAMES = {float: "a number", int: "a whole number", str: "text", bool: "`true` or `false`"}


class Setting(NamedTuple):
    """One setting of a group: its name, its comment, what it may be, and its default."""

    name: str
    comment: str
    allowed: str
    default: str


def settings_of(group: type[Settings]) -> Iterator[Setting]:
    """List the settings of a group, but for groups within it."""
    comments = comments_of(group)
    for name, field in group.model_fields.items():
        if not (_is_group(field.annotation) or (group is not Config and name == "name" and _fixed(field))):
            yield Setting(name, comments.get(name, ""), _allowed(field), _default(field))


def comments_of(group: type[Settings]) -> dict[str, str]:
    """Find the comment of every field: at the end of its lines, or on the lines above it."""
    found: dict[str, str] = {}
    for parent in reversed(group.__mro__):
        if issubclass(parent, Settings) and parent is not Settings:
            found |= _comments(inspect.getsource(parent))
    return found


def _comments(source: str) -> dict[str, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    at = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    lines = source.splitlines()
    (tree,) = ast.parse(source).body
    found = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            above, line = [], node.lineno - 1
            while line in at and lines[line - 1].lstrip().startswith("#"):
                above.insert(0, at[line])
                line -= 1
            beside = [at[line] for line in range(node.lineno, node.end_lineno + 1) if line in at]
            found[ast.unparse(node.target)] = " ".join([*above, *beside])
    return found


def _is_group(annotation: object) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, BaseModel)


def _fixed(field: FieldInfo) -> bool:
    return typing.get_origin(field.annotation) is Literal and len(typing.get_args(field.annotation)) == 1


def _allowed(field: FieldInfo) -> str:
    return _kind(field.annotation, field.metadata)


def _kind(annotation: Any, metadata: Sequence[object] = ()) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind(inner[0], [*inner[1:], *metadata])
    if origin is Literal:
        return ", ".join(code(str(value)) for value in inner)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(one, metadata) for one in inner if one is not type(None)))
    if origin is tuple and inner[-1] is Ellipsis:
        return f"several, each {_kind(inner[0])}"
    if origin is tuple:
        return f"{len(inner)} of: {_kind(inner[0])}"
    if _is_group(annotation):
        return f"[{annotation.__name__}](#settings-{annotation.__name__.lower()})"
    laws = [one.func.words for one in metadata if isinstance(one, AfterValidator) and isinstance(one.func, Law)]
    bounds = [f">= {one.ge}" for one in metadata if hasattr(one, "ge")]
    law = "; ".join([*laws, *bounds])
    return law if law.startswith("a ") else f"{NAMES[annotation]} {law}".strip()


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "required"
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, float):
        return _number(value)
    return code(str(value).lower() if isinstance(value, bool) else str(value))


def _number(value: float) -> str:
    return code(f"{value:.6g}") if not math.isclose(value, math.pi / 6) else "`pi / 6`"


RUN = {  # group, and the beginning of its keys
    "The run": (Config, ""),
    "The task: a walk in a box, `task.name=spatial_navigation`": (TASKS["spatial_navigation"], "task."),
    "The task: headings, `task.name=head_direction`": (TASKS["head_direction"], "task."),
    "The task: tracks, `task.name=tracks`": (TASKS["tracks"], "task."),
    "A route": (Route, ""),
    "A region": (NamedRegion, ""),
    "The task: a recording, `task.name=recorded`": (TASKS["recorded"], "task."),
    "Columns of a recording": (ColumnSettings, "task.columns."),
    "Place cells": (PlaceCellSettings, "task.place_cells."),
    "Head-direction cells": (HeadDirectionCellSettings, "task.hd_cells."),
    "The network": (Config.model_fields["network"].annotation, "network."),
    "Training": (Config.model_fields["training"].annotation, "training."),
    "Rest": (RestSettings, "rest."),
}


def run_settings() -> str:
    """Write one table per group of settings of runs and of rest."""
    return "\n".join(_group(title, group, prefix) for title, (group, prefix) in RUN.items())


def allocation_settings() -> str:
    """Write the table of what can be said of an allocation of a cluster."""
    return _rows(SlurmSettings, "")


def _group(title: str, group: type[Settings], prefix: str) -> str:
    text = inspect.getdoc(group) or ""
    return section(2, title, text, _rows(group, prefix), label=f"settings-{group.__name__.lower()}")


def _rows(group: type[Settings], prefix: str) -> str:
    rows = [[code(prefix + one.name), one.comment, one.allowed, one.default] for one in settings_of(group)]
    return table(["setting", "what it is, its unit first", "allowed", "default"], rows)
