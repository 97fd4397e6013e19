"""Ways to rest in a sweep: every combination of `rest.key=value,value` words, of which no network is trained anew."""

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from quiescent.config.grid import Value, values_of
from quiescent.errors import QuiescentError
from quiescent.quiescence.rest_settings import USUAL, RestSettings, read_rest


class Rests(NamedTuple):
    """Ways to rest by their values on the axes that have several, such as `rest.friction`."""

    axes: Mapping[str, tuple[Value, ...]] = {}
    settings: Mapping[tuple[Value, ...], RestSettings] = {(): USUAL}


def rests_of(words: Sequence[str]) -> Rests:
    """Expand `rest.key=value,value` words. Raises `QuiescentError` for impossible values, and for equal ones.

    Examples
    --------
    >>> dict(rests_of(["rest.friction=1,0.3", "rest.matched=true"]).axes)
    {'rest.friction': (1.0, 0.3)}
    """
    keys = [word.partition("=")[0] for word in words]
    choices = [values_of(word.partition("=")[2]) for word in words]
    swept = [number for number, values in enumerate(choices) if len(values) > 1]
    settings: dict[tuple[Value, ...], RestSettings] = {}
    for texts in itertools.product(*choices):
        asked = read_rest([f"{key}={text}" for key, text in zip(keys, texts, strict=True)])
        at = tuple(_plain(getattr(asked, keys[number].partition(".")[2])) for number in swept)
        if at in settings:
            raise QuiescentError(f"{', '.join(words)}: the same rest is asked for twice; give every value once.")
        settings[at] = asked
    axes = {keys[number]: tuple(dict.fromkeys(at[k] for at in settings)) for k, number in enumerate(swept)}
    return Rests(axes, settings)


def _plain(value: object) -> Value:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else json.dumps(value)
