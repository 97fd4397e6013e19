"""The configuration of a foreign network: its settings, under the name of the configuration that is most like it."""

from collections.abc import Mapping
from typing import Any

import yaml

from quiescent.config.load import parse
from quiescent.config.named import names, read_named
from quiescent.config.naming import overrides_of
from quiescent.config.schema import Config


def configure(source: str, settings: Mapping[str, Any], seed: int) -> Config:
    """Make a configuration from settings by dotted key; those of training that no file has are left at our defaults.

    Raises `QuiescentError`, which names the key and the `source`, for values that our settings cannot have.
    """
    values: dict[str, Any] = {"name": source, "seed": seed}
    for key, value in settings.items():
        group = values
        *parents, last = key.split(".")
        for parent in parents:
            group = group.setdefault(parent, {})
        group[last] = value
    return _named(parse(yaml.safe_dump(values, sort_keys=False), source))


def _named(config: Config) -> Config:
    """Name a configuration like the one of its task from which it has the fewest overrides, noisy if it has noise."""
    noisy = config.network.sigma2_rec > 0
    alike = [config.model_copy(update={"name": name}) for name in names() if name.partition("/")[0] == config.task.name]
    return min(alike, key=lambda each: (len(overrides_of(each)), noisy != (_noise(each.name) > 0)))


def _noise(name: str) -> float:
    return float(read_named(name)["network"]["sigma2_rec"])
