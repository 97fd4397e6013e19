"""Plain values from YAML: nothing in them is filled in, run or expanded beyond bounds. Imports no PyTorch."""

import re
from typing import Any

import yaml

from quiescent.errors import QuiescentError

DEEPEST = 20  # groups within groups
MOST = 10_000  # values of one text, aliases counted as often as they are used
TEXT, FLOAT, TIMESTAMP = (f"tag:yaml.org,2002:{name}" for name in ("str", "float", "timestamp"))
BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it


class _Loader(BASE):  # type: ignore[misc]
    """YAML 1.1, but with 1e-4 as a number, dates as texts, and a key that is given twice as an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as in PyYAML
        sign: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for sign, resolvers in BASE.yaml_implicit_resolvers.items()
    }

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if getattr(node, "flat", False):  # merged into another before
            return
        node.flat = True  # type: ignore[attr-defined]
        keys = [key.value for key, _ in node.value if key.tag == TEXT]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"'{key}' is given twice")
        super().flatten_mapping(node)


_Loader.add_implicit_resolver(
    FLOAT, re.compile(r"[-+]?[0-9]+(_[0-9]+)*(\.[0-9_]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_settings(text: str, source: str) -> dict[str, Any]:
    """Read nested settings. Raises `QuiescentError`, which names the `source`, for a text that holds none."""
    try:
        values = read_value(text)
    except ValueError as error:
        raise QuiescentError(f"{source} is not valid YAML: {' '.join(str(error).split())}") from None
    values = {} if values is None else values
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise QuiescentError(f"{source} must hold `key: value` lines.")
    return values


def read_value(text: str) -> object:
    """Read a value or several. Raises `ValueError` for a text that is no YAML, or is too deep or large."""
    try:
        _require_bounded(text)
        return yaml.load(text, _Loader)  # a safe loader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _require_bounded(text: str) -> None:
    """Raise `ValueError` for what would take the memory of this machine, or crash it, once its aliases are expanded."""
    sizes: dict[str, int] = {}  # of what has an anchor
    inside: list[tuple[str | None, int]] = [(None, 0)]  # anchors of groups that are open, and values in them so far

    def add(size: int) -> None:
        anchor, before = inside[-1]
        inside[-1] = anchor, before + size
        if before + size > MOST:
            raise ValueError(f"it holds more than {MOST} values")

    for event in yaml.parse(text, BASE):
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise ValueError(f"it has the tag {tag}; only plain values are read")
        if isinstance(event, yaml.CollectionStartEvent):
            inside.append((event.anchor, 1))
            if len(inside) > DEEPEST:
                raise ValueError(f"its groups are more than {DEEPEST} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = inside.pop()
            sizes |= {anchor: size} if anchor else {}
            add(size)
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in inside):
                raise ValueError(f"*{event.anchor} is within itself")
            add(sizes.get(event.anchor or "", 1))
        elif isinstance(event, yaml.ScalarEvent):
            add(1)
