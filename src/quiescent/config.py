"""Configurations: a named YAML file, overridden by `key=value` words, checked as a whole."""

import difflib
import functools
import hashlib
import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from quiescent.errors import QuiescentError
from quiescent.experiments import FOLDER, names
from quiescent.networks import NETWORKS, NetworkSettings
from quiescent.settings import Count, NotNegative, Positive, Settings
from quiescent.tasks import TASKS

# Names of the authors' public code, so that their command lines keep working.
ALIASES = {
    "rnn.model": "network.kind",
    "rnn.n_rec": "network.units",
    "rnn.sigma2_in": "network.sigma2_in",
    "rnn.sigma2_rec": "network.sigma2_rec",
    "rnn.sigma2_out": "network.sigma2_out",
    "rnn.dt": "network.dt",
    "rnn.tau": "network.tau",
    "rnn.bias": "network.bias",
    "rnn.activation_fn": "network.activation",
    "trainer.n_epochs": "training.batches",
    "trainer.lr": "training.learning_rate",
    "trainer.weight_decay": "training.weight_decay",
    "trainer.test_freq": "training.test_every",
    "trainer.save_freq": "training.save_every",
    "task.batch_size": "training.batch_size",
    "task.sequence_length": "task.steps",
    "task.mu": "task.turn_mean",
    "task.sigma": "task.turn_std",
    "task.b": "task.speed_scale",
    "task.place_cells_num": "task.place_cells.number",
    "task.place_cells_sigma": "task.place_cells.width",
    "task.place_cells_dog": "task.place_cells.dog",
    "task.place_cells_surround_scale": "task.place_cells.surround_scale",
    "task.hd_cells_num": "task.hd_cells.number",
    "task.hd_cells_angular_spread": "task.hd_cells.width",
}
# Words of that code which are not settings here, and what to do instead.
ELSEWHERE = {
    "name": "the name is that of the configuration, given without key=",
    "path": "the folder is given by --out",
    "device": "the device is given by --device",
    "rnn.n_in": "the number of inputs follows from the task",
    "rnn.n_out": "the number of outputs is task.place_cells.number or task.hd_cells.number",
    "rnn.n_init": "the initial state is encoded from the task's cells",
    "trainer.compute_all_metrics": "loss and decoding error are always computed",
    "task.use_hd_cells": "headings are always coded by head-direction cells",
}


class TrainingSettings(Settings):
    """Adam on the mean squared error; a batch is `batch_size` fresh trials."""

    batches: Count = 2500
    batch_size: Count = 200
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0
    test_every: Count = 100  # batches
    save_every: Count = 100  # batches
    precision: Literal["float32", "bfloat16", "float64"] = "float32"  # bfloat16: only to multiply matrices in training


def _seeds(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number >= 0, or several as in 0,1,2")
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    return value if isinstance(value, list | tuple) else [value]


def _distinct(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if not seeds or min(seeds) < 0:
        raise ValueError("must be a whole number >= 0, or several as in 0,1,2")
    if len(set(seeds)) < len(seeds):
        raise ValueError("must not name a seed twice")
    return seeds


Seeds = Annotated[tuple[int, ...], BeforeValidator(_seeds), AfterValidator(_distinct)]


if TYPE_CHECKING:
    from quiescent.tasks import Task as AnyTask
else:
    AnyTask = Annotated[functools.reduce(operator.or_, TASKS.values()), Field(discriminator="name")]


class Config(Settings):
    """Everything that decides what is trained: one member network per seed."""

    name: str
    seed: Seeds = (0,)
    task: AnyTask
    network: NetworkSettings = NetworkSettings()
    training: TrainingSettings = TrainingSettings()

    def members(self) -> tuple["Config", ...]:
        """One configuration per seed."""
        return tuple(self.model_copy(update={"seed": (seed,)}) for seed in self.seed)

    def to_yaml(self) -> str:
        """The fully resolved configuration; `parse` reads it back to an equal one."""
        values = self.model_dump(mode="json")
        values["seed"] = self.seed[0] if len(self.seed) == 1 else list(self.seed)
        return yaml.safe_dump(values, sort_keys=False)


def load_config(name: str, *words: str) -> Config:
    """Read a configuration by name (or a YAML file by path) and override it by `key=value` words.

    Raises `QuiescentError` naming every unknown key and impossible value at once.

    Examples
    --------
    >>> load_config("head_direction/noisy_biased", "seed=0,1", "network.units=64").network.units
    64
    """
    overrides, origin = _parse_words(words)
    return _validate(_merge(_read(name), overrides), origin, default=name)


def parse(text: str, source: str) -> Config:
    """Read a resolved configuration, as written in a run folder; `source` is named in errors."""
    values = _load_yaml(text, source)
    return _validate(values, dict.fromkeys(flatten(values), source), default=source)


def parse_seeds(word: str) -> tuple[int, ...]:
    """The seeds of a `seed=0,1,2` word."""
    try:
        return TypeAdapter(Seeds).validate_python(word.removeprefix("seed="))
    except ValidationError as error:
        raise QuiescentError(
            "\n".join(_explain(dict(one), {}, ["seed"], prefix=["seed"]) for one in error.errors())
        ) from None


def overrides_of(config: Config) -> dict[str, object]:
    """Settings in which a configuration departs from the named one it comes from."""
    if is_file(config.name) and not Path(config.name).exists():
        return {}  # a user's own file that is gone since; its runs hold all settings
    named = _settings_of(config.name) if is_file(config.name) else _settings_of_built_in(config.name)
    own = flatten(config.model_dump(mode="json"))
    return {key: own[key] for key in own if key not in ("seed", "name") and own[key] != named.get(key)}


def _settings_of(name: str) -> dict[str, Any]:
    return flatten(load_config(name).model_dump(mode="json"))


_settings_of_built_in = functools.cache(_settings_of)  # a user's own file may change


def is_file(name: str) -> bool:
    """Whether a configuration is named by the path of a user's own YAML file."""
    return name.endswith((".yaml", ".yml"))


def label(config: Config) -> str:
    """Short name of a configuration that is safe as a folder: its name and its overrides."""
    words = ",".join(f"{key}={value}" for key, value in overrides_of(config).items())
    name = Path(config.name).stem if is_file(config.name) else config.name
    if not words:
        return name
    if len(words) > 100:
        words = hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"{name}+{re.sub(r'[^A-Za-z0-9_.,=+-]', '_', words)}"


def task_noise(config: Config) -> float:
    """Recurrent noise variance of the noisy networks of the same task (its base configuration)."""
    return float(_read(f"{config.task.name}/base")["network"]["sigma2_rec"])


def is_built_in(config: Config) -> bool:
    """Whether another process that imports this package knows the configuration's kind of network and task."""
    homes = (NETWORKS[config.network.kind].update.__module__, type(config.task).__module__)
    return all(home.startswith("quiescent.") for home in homes)


def differences(old: Config, new: Config) -> list[str]:
    """`key: old -> new` for every setting in which two configurations differ, seeds aside."""
    before, after = (flatten(config.model_dump(mode="json")) for config in (old, new))
    keys = [key for key in before | after if key != "seed"]
    return [f"{k}: {before.get(k)} -> {after.get(k)}" for k in keys if before.get(k) != after.get(k)]


def keys(task: str) -> list[str]:
    """Every key that can be set for a task."""
    return [key for key in _keys_of(Config, TASKS[task]) if key != "name"]


def _keys_of(model: type[BaseModel], task: Any) -> Iterator[str]:
    for key, field in model.model_fields.items():
        inner = task if key == "task" else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from (f"{key}.{rest}" for rest in _keys_of(inner, task))
        else:
            yield key


def _parse_words(words: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    typed: dict[str, str] = {}  # canonical key to the name that the user typed
    for number, word in enumerate(words, start=1):
        where = f"In: key=value word {number}."
        name, equals, text = word.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", name, re.ASCII):
            raise QuiescentError(f"'{word}' is not of the form key=value. {where}")
        if name in ELSEWHERE:
            raise QuiescentError(f"'{name}' is not a setting here: {ELSEWHERE[name]}. {where}")
        key = ALIASES.get(name, name)
        if key in typed:
            both = f"as '{typed[key]}' and as '{name}'" if typed[key] != name else "twice"
            raise QuiescentError(f"'{key}' is given {both}; give it once. {where}")
        typed[key], origin[key] = name, where
        *parents, last = key.split(".")
        inner = values
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise QuiescentError(f"'{key}' contradicts an earlier word. {where}")
        if last in inner:
            raise QuiescentError(f"'{key}' contradicts an earlier word. {where}")
        inner[last] = _parse_value(text, f"{name}={text}", where)
    return values, origin


def _parse_value(text: str, shown: str, where: str) -> object:
    try:
        return OmegaConf.to_container(OmegaConf.from_dotlist([f"value={text}"]), resolve=True)["value"]  # type: ignore[index, call-overload]
    except (yaml.YAMLError, OmegaConfBaseException, ValueError, TypeError):
        raise QuiescentError(f"{shown}: cannot be read as a YAML value. {where}") from None


def _read(name: str) -> dict[str, Any]:
    if is_file(name):
        return _with_base(_load_yaml(_read_file(name), name), name)
    return _read_built_in(name)


@functools.cache
def _read_built_in(name: str) -> dict[str, Any]:
    file = FOLDER / f"{name}.yaml"
    if not re.fullmatch(r"[\w-]+/[\w-]+", name, re.ASCII) or not file.is_file():
        raise QuiescentError(f"no configuration named '{name}'.{_nearest(name, names())}")
    return _with_base(_load_yaml(file.read_text(encoding="utf-8"), name), name)


def _with_base(values: dict[str, Any], name: str) -> dict[str, Any]:
    base = values.pop("base", None)
    if base == name or (base is not None and not isinstance(base, str)):
        raise QuiescentError(f"base={base}: must name another configuration. In: {name}.")
    return _merge(_read(base), values) if base else values


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuiescentError(f"cannot read the configuration {path}: {error}") from None


def _load_yaml(text: str, source: str) -> dict[str, Any]:
    try:
        values = OmegaConf.to_container(OmegaConf.create(text), resolve=True)
    except (yaml.YAMLError, OmegaConfBaseException, ValueError, TypeError) as error:
        raise QuiescentError(f"{source} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise QuiescentError(f"{source} must hold `key: value` lines.")
    return {str(key): value for key, value in values.items()}


def _merge(base: Mapping[Any, Any], top: Mapping[Any, Any]) -> dict[Any, Any]:
    merged = dict(base)
    for key, value in top.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _validate(values: dict[str, Any], origin: Mapping[str, str], default: str) -> Config:
    values = {"name": default} | values
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        task = values.get("task")
        name = task.get("name") if isinstance(task, dict) else None
        known = keys(name) if isinstance(name, str) and name in TASKS else []
        lines = dict.fromkeys(_explain(dict(one), origin, known) for one in error.errors())
        raise QuiescentError("\n".join(lines)) from None


def _explain(error: dict[str, Any], origin: Mapping[str, str], known: Sequence[str], prefix: Sequence[str] = ()) -> str:
    path = [*prefix, *(str(part) for part in error["loc"])]
    if path[0] == "task" and len(path) > 1 and path[1] in TASKS:
        del path[1]  # the tag of the union of tasks, which nobody typed
    key = ".".join(part for part in path if not part.isdigit())
    where = next((origin[k] for k in origin if k == key or k.startswith(f"{key}.") or key.startswith(f"{k}.")), "")
    if error["type"] == "extra_forbidden":
        key = next((typed for typed in origin if typed.startswith(f"{key}.")), key)
        return f"unknown key '{key}'.{_nearest(key, [*known, *ALIASES])} {where}".strip()
    if error["type"].startswith("union_tag"):
        return f"{key}.name: must be one of {', '.join(TASKS)}. {where}".strip()
    cause = error.get("ctx", {}).get("error")
    law = str(cause) if cause else error["msg"].replace("Input should be", "must be")
    law = law[0].lower() + law[1:]
    if isinstance(error["input"], dict | BaseModel):
        return f"{key}: {law}. {where}".strip()
    return f"{key}={error['input']}: {law}. {where}".strip()


def _nearest(word: str, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, allowed, n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else f" Known: {', '.join(allowed)}."


def flatten(values: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings by their dotted keys."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat
