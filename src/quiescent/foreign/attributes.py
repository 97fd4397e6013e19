"""The attributes of foreign objects: all that are known, of the types that they must have, and no others."""

import math
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

from quiescent.errors import printable
from quiescent.foreign.archive import Archive
from quiescent.foreign.stand_ins import Foreign

Types = Mapping[str, type]

WORDS = {int: "a whole number", float: "a finite number", bool: "true or false", str: "a word"}
# Of torch's modules, beside what begins with an underscore: hooks and buffers, of which there must be none.
MODULE: Types = {"training": bool}


def read_attributes(
    archive: Archive, value: object, kind: str, types: Types, unread: Collection[str] = ()
) -> dict[str, Any]:
    """Read the attributes of an object of a kind, which must have these types; `unread` are left out, if there.

    Raises `QuiescentError`, which names the first that is missing, unknown or of another type.
    """
    if not isinstance(value, Foreign) or value.kind != kind:
        raise archive.error(f"holds no {kind} where one must be")
    found = {name: each for name, each in value.attributes.items() if name not in unread}
    for name in [*sorted(types.keys() - found.keys()), *sorted(found.keys() - types.keys())]:
        raise archive.error(f"{kind}.{printable(name)} is {'missing' if name in types else 'unknown'}")
    for name, expected in types.items():
        if not _is(found[name], expected):
            shown = f", but is {printable(found[name])}" if _is_short(found[name]) else ""
            raise archive.error(f"{kind}.{name}: must be {WORDS.get(expected, expected.__name__)}{shown}")
    return found


def read_module(
    archive: Archive, value: object, kind: str, types: Types, unread: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Read one of torch's modules: its attributes, its parameters and the modules within it.

    Raises `QuiescentError` for hooks and buffers, which would make it another network, and as `read_attributes` does.
    """
    state = value.attributes if isinstance(value, Foreign) else {}
    inner = [name for name in state if name.startswith("_")]
    for name in inner:
        if name not in ("_parameters", "_modules") and not _is_empty(state[name]):
            raise archive.error(f"{kind}.{printable(name)} is not read; it must be empty")
    found = read_attributes(archive, value, kind, {**MODULE, **types}, {*unread, *inner})
    parameters, modules = (state.get(name) for name in ("_parameters", "_modules"))
    if not _is_named(parameters) or not _is_named(modules):
        raise archive.error(f"{kind} is no whole module")
    return found, parameters, modules


def require_names(archive: Archive, values: Mapping[str, Any], names: Collection[str], kind: str) -> None:
    """Require values under these names and no others. Raises `QuiescentError`, which names the first that is wrong."""
    for name in names:
        if name not in values:
            raise archive.error(f"{kind}.{name} is missing")
    for name in values:
        if name not in names:
            raise archive.error(f"{kind} holds {printable(name)}, which is unknown")


def _is_named(values: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(values, dict) and all(type(name) is str for name in values)


def _is(value: object, expected: type) -> bool:
    if expected is float:
        return type(value) in (int, float) and math.isfinite(value) and abs(value) < 2**63  # type: ignore[arg-type]
    if expected is int:
        return type(value) is int and abs(value) < 2**63
    return isinstance(value, expected)


def _is_short(value: object) -> bool:
    return isinstance(value, str | bool | float) or (type(value) is int and abs(value) < 2**63)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, dict | frozenset) and not value)
