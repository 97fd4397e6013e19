"""Configurations: a named YAML file, overridden by `key=value` words, checked as a whole."""

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from quiescent.config.messages import explain
from quiescent.config.named import flatten, merge, names, read_named
from quiescent.config.plain import read_settings
from quiescent.config.schema import Config, Seeds
from quiescent.config.words import TEXTS, parse_words
from quiescent.errors import QuiescentError, printable
from quiescent.tasks import TASKS


def load_config(name: str, *words: str) -> Config:
    """Read a configuration by name, or a YAML file by its path, and override it by `key=value` words.

    Parameters
    ----------
    name
        One of `quiescent configs`, such as `spatial_navigation/noisy_unbiased`, or the path of a file that ends in
        `.yaml`. A file may name another configuration as its `base`.
    *words
        Settings by their dotted keys, such as `network.units=64`; `seed=0,1,2` asks for one network per seed.

    Returns
    -------
    Config
        All settings, checked and frozen.

    Raises
    ------
    QuiescentError
        Names every unknown key and impossible value at once.

    Examples
    --------
    >>> load_config("head_direction/noisy_biased", "seed=0,1", "network.units=64").network.units
    64
    """
    overrides, origin = parse_words(words)
    values = merge(_read(name), overrides)
    _require_path(values, origin.get("task.path") or origin.get("task") or f"In: {name}.")
    config = _validate(values, origin, default=name)
    if config.name != name and not is_file(config.name) and config.name not in names():
        raise QuiescentError(f"name={printable(config.name)}: must be left out, or name a configuration. In: {name}.")
    return config


@functools.lru_cache(maxsize=1000)  # the same run is asked for its settings again and again
def parse(text: str, source: str) -> Config:
    """Read a resolved configuration, as written in a run folder; `source` is named in errors."""
    values = read_settings(text, source)
    return _validate(values, dict.fromkeys(flatten(values), f"In: {source}."), default=source)


def parse_seeds(word: str) -> tuple[int, ...]:
    """Read the seeds of a `seed=0,1,2` word."""
    try:
        return TypeAdapter(Seeds).validate_python(word.removeprefix("seed="))
    except ValidationError as error:
        lines = (explain(dict(mistake), {}, ["seed"], prefix=["seed"]) for mistake in error.errors())
        raise QuiescentError("\n".join(lines)) from None


def is_file(name: str) -> bool:
    """Tell whether a configuration is named by the path of a user's own YAML file."""
    return name.endswith((".yaml", ".yml"))


def task_noise(config: Config) -> float:
    """Look up the variance of recurrent noise that the noisy networks of the same task have (in its `base.yaml`)."""
    return float(read_named(f"{config.task.name}/base")["network"]["sigma2_rec"])


def keys(task: str) -> list[str]:
    """List every key that can be set for a task."""
    return [key for key in _keys_of(Config, TASKS[task]) if key != "name"]


def _keys_of(model: type[BaseModel], task: Any) -> Iterator[str]:
    for key, field in model.model_fields.items():
        inner = task if key == "task" else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from (f"{key}.{rest}" for rest in _keys_of(inner, task))
        else:
            yield key


def _read(name: str) -> Mapping[str, Any]:
    layers: list[Mapping[str, Any]] = []
    files: list[str] = []
    base: object = name
    while isinstance(base, str) and is_file(base):
        if os.path.realpath(base) in map(os.path.realpath, files):
            raise QuiescentError(f"base={base}: must name another configuration, not one below it. In: {files[-1]}.")
        values = read_settings(_read_file(base), base)
        files.append(base)
        layers.append(values)
        base = values.pop("base", None)
    if isinstance(base, str):
        layers.append(read_named(base))
    elif base is not None:
        raise QuiescentError(f"base={base}: must name another configuration. In: {files[-1]}.")
    return functools.reduce(merge, reversed(layers))


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:  # no Unicode, or a zero byte in the path
        raise QuiescentError(f"cannot read the configuration {printable(path)}: {error}") from None


def _require_path(values: Mapping[str, Any], where: str) -> None:
    # An empty path must not mean the recording of another animal, the default source.
    task = values.get("task")
    path = task.get("path", "none given") if isinstance(task, Mapping) else "none given"
    if path is None or (isinstance(path, str) and not path.strip()):
        raise QuiescentError(f"task.path: must name a file, but is empty. {where}")


def _validate(values: dict[str, Any], origin: Mapping[str, str], default: str) -> Config:
    for key, value in flatten(values).items():
        if isinstance(value, str) and "${" in value and key not in (*TEXTS, "name"):
            where = origin.get(key, f"In: {default}.")
            raise QuiescentError(f"{key}={printable(value)}: nothing is filled in for `${{`; write the value. {where}")
    values = {"name": default} | values
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        task = values.get("task")
        name = task.get("name") if isinstance(task, dict) else None
        known = keys(name) if isinstance(name, str) and name in TASKS else []
        lines = dict.fromkeys(explain(dict(mistake), origin, known) for mistake in error.errors())
        raise QuiescentError("\n".join(lines)) from None
