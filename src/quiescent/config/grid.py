"""Grids: configurations and `key=value,value` words, expanded to every combination."""

import itertools
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from quiescent.config.load import load_config
from quiescent.config.named import flatten
from quiescent.config.schema import Config
from quiescent.config.words import ALIASES, TEXTS, split_words
from quiescent.errors import QuiescentError

MOST = 100_000  # networks of one grid

Value = int | float | str


class Point(NamedTuple):
    """One network of a grid: its configuration, of a single seed, and where it lies on every axis."""

    config: Config
    at: Mapping[str, Value]


class Grid(NamedTuple):
    """Every combination of the values of all axes; the last axis is `seed`, and every axis keeps its order."""

    axes: Mapping[str, tuple[Value, ...]]
    points: tuple[Point, ...]


def expand(words: Sequence[str]) -> Grid:
    """Read configuration names and `key=value` words, in which `a..b` and `a,b,c` are several values.

    Raises `QuiescentError` for words that no single configuration would take, for equal networks, and for variables
    that cannot be measured side by side.

    Examples
    --------
    >>> grid = expand(["head_direction/noisy_biased", "seed=0..2", "network.units=16,64"])
    >>> {axis: list(values) for axis, values in grid.axes.items()}
    {'network.units': [16, 64], 'seed': [0, 1, 2]}
    """
    names, settings = split_words(words)
    if not names:
        raise QuiescentError("give a configuration, such as spatial_navigation/noisy_unbiased; got none")
    choices = [(key, _choices(key, text)) for key, _, text in (setting.partition("=") for setting in settings)]
    number = math.prod((len(values) for _, values in choices), start=len(names))
    if number > MOST:
        raise QuiescentError(f"these words make {number} networks; a sweep has at most {MOST}.")
    swept = [ALIASES.get(key, key) for key, values in choices if len(values) > 1 and key != "seed"]
    points = []
    for name, *texts in itertools.product(names, *(values for _, values in choices)):
        config = load_config(name, *(f"{key}={text}" for (key, _), text in zip(choices, texts, strict=True)))
        place: dict[str, Value] = {"configuration": config.name} if len(names) > 1 else {}
        place |= _place(config, swept)
        points += [Point(member, place | {"seed": member.seed[0]}) for member in config.members()]
    _require_different(points)
    _require_one_variable(points)
    axes = {axis: tuple(dict.fromkeys(point.at[axis] for point in points)) for axis in points[0].at}
    return Grid(axes, tuple(points))


def _choices(key: str, text: str) -> list[str]:
    one_file = ALIASES.get(key, key) in TEXTS and os.path.isfile(text)  # whose name may contain commas
    return [text] if one_file else values_of(text)


def _place(config: Config, swept: Sequence[str]) -> dict[str, Value]:
    settings = flatten(config.model_dump(mode="json"))
    groups = [key for key in swept if key not in settings]
    if groups:
        raise QuiescentError(f"'{groups[0]}' is several settings; sweep one, such as network.units.")
    return {key: _plain(settings[key]) for key in swept}


def values_of(text: str) -> list[str]:
    """List the values of a word: a range `0..3` is several, and commas outside of brackets and quotes separate values.

    Examples
    --------
    >>> values_of("0..2,7"), values_of("[0,1],[1,0]")
    (['0', '1', '2', '7'], ['[0,1]', '[1,0]'])
    """
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign in "[{(") - (sign in "]})")
        if sign == "," and depth <= 0 and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [value for part in parts for value in _range(part)]


def _range(part: str) -> list[str]:
    match = re.fullmatch(r"\s*(\d{1,18})\.\.(\d{1,18})\s*", part)
    if not match:
        return [part]
    first, last = int(match[1]), int(match[2])
    if not 0 <= last - first < MOST:
        raise QuiescentError(
            f"{part.strip()}: must be a range of at most {MOST} whole numbers, the first the smallest."
        )
    return [str(number) for number in range(first, last + 1)]


def _plain(value: object) -> Value:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else json.dumps(value)


def _require_different(points: Sequence[Point]) -> None:
    configs = set()
    for point in points:
        if point.config in configs:
            at = ", ".join(f"{axis}={value}" for axis, value in point.at.items())
            raise QuiescentError(f"the same network is asked for twice ({at}); give every value once.")
        configs.add(point.config)


def _require_one_variable(points: Sequence[Point]) -> None:
    variables = sorted({point.config.task.space.variable for point in points})
    if len(variables) > 1:
        raise QuiescentError(f"these networks track different variables ({', '.join(variables)}); sweep them apart.")
