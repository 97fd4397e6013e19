"""The experiments that ship with the package: YAML files that inherit from a base per task. Imports no PyTorch."""

import functools
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

from quiescent.errors import QuiescentError, nearest

FOLDER = resources.files("quiescent") / "config" / "named"


def names() -> list[str]:
    """List every configuration that ships with the package, bases left out."""
    return sorted(
        f"{folder.name}/{file.name.removesuffix('.yaml')}"
        for folder in FOLDER.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(".yaml") and file.name != "base.yaml"
    )


@functools.cache
def read_named(name: str) -> Mapping[str, Any]:
    """Read a configuration by name, as nested settings, with those of its base beneath its own.

    Raises `QuiescentError` for a name that does not exist, with the nearest one that does.
    """
    file = FOLDER / f"{name}.yaml"
    if not re.fullmatch(r"[\w-]{1,99}/[\w-]{1,99}", name, re.ASCII) or not file.is_file():
        raise QuiescentError(f"no configuration named {name!r}.{nearest(name, names())}")
    values = yaml.safe_load(file.read_text(encoding="utf-8"))
    base = values.pop("base", None)
    return merge(read_named(base), values) if base else values


def merge(base: Mapping[Any, Any], top: Mapping[Any, Any]) -> dict[Any, Any]:
    """Lay nested settings over others; where both have a group of settings, merge the groups."""
    merged = dict(base)
    for key, value in top.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def flatten(values: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Write nested settings by their dotted keys.

    Examples
    --------
    >>> flatten({"task": {"steps": 5}, "name": "mine"})
    {'task.steps': 5, 'name': 'mine'}
    """
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
