"""Spaces: what kind of variable a network tracks. One file and one line here per kind."""

import dataclasses
import json
from typing import Any

from quiescent.spaces.box import Box
from quiescent.spaces.circle import Circle, wrap
from quiescent.spaces.density import Density, NoSpread, UniformDensity
from quiescent.spaces.space import Bounds, Display, Space, SpaceClass
from quiescent.spaces.track import Region, Track

SPACES: dict[str, SpaceClass] = {
    "box": Box,
    "circle": Circle,
    "track": Track,
}


def to_text(space: Space) -> str:
    """Write a space as text, for stored results."""
    assert dataclasses.is_dataclass(space)
    return json.dumps({"kind": space.kind, **dataclasses.asdict(space)})


def from_text(text: str) -> Space:
    """Read a space from what `to_text` wrote.

    Examples
    --------
    >>> from_text(to_text(Box(((0.0, 2.0),))))
    Box(walls=((0.0, 2.0),))
    """
    fields = tuples(json.loads(text))
    return SPACES[fields.pop("kind")](**fields)


def tuples(value: Any) -> Any:
    """Make tuples of all lists in what JSON holds."""
    if isinstance(value, dict):
        return {name: tuples(item) for name, item in value.items()}
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


__all__ = [
    "SPACES",
    "Bounds",
    "Box",
    "Circle",
    "Density",
    "Display",
    "NoSpread",
    "Region",
    "Space",
    "SpaceClass",
    "Track",
    "UniformDensity",
    "from_text",
    "to_text",
    "tuples",
    "wrap",
]
