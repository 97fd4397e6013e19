"""Records: lines of JSON that hold the fields of a named tuple, and nothing is believed of them."""

import json
import sys
from types import NoneType, UnionType
from typing import TypeVar, get_args, get_type_hints

MOST = 2**63  # whole numbers beyond it fit nowhere

Record = TypeVar("Record")


def parse_record(line: str | bytes, kind: type[Record]) -> Record:
    """Read a record from a line of JSON. Raises `ValueError`, which names the field that is not as it must be.

    Whole numbers must be >= 0, other numbers finite, words printable.
    """
    try:
        values = json.loads(line)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    fields = get_type_hints(kind)
    if not isinstance(values, dict):
        raise ValueError("must hold named values")
    missing = fields.keys() - getattr(kind, "_field_defaults", {}).keys() - values.keys()
    for name in sorted(missing | (values.keys() - fields.keys())):
        raise ValueError(f"{name!r} is missing" if name in missing else f"{name!r} is unknown")
    checked = {name: _checked(name, value, _given(fields[name])) for name, value in values.items()}
    return kind(**checked)


def _given(kind: type | UnionType) -> type:
    """Select the type of a field that may be left out: a record that lacks it does not name it."""
    kinds: list[type] = [one for one in get_args(kind) if one is not NoneType]
    return kinds[0] if isinstance(kind, UnionType) else kind


def _checked(name: str, value: object, kind: type) -> object:
    if kind is str and isinstance(value, str) and value.isprintable():
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if kind is int and isinstance(value, int) and 0 <= value < MOST:
            return value
        if kind is float and abs(value) <= sys.float_info.max:
            return float(value)
    words = {str: "a word", int: "a whole number >= 0", float: "a finite number"}
    raise ValueError(f"{name} must be {words[kind]}, but is {str(value)[:40]!r}")
