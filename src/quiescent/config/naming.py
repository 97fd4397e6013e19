"""Names of configurations: what sets one apart from the named one that it comes from, or from another."""

import functools
import hashlib
import re
from pathlib import Path
from typing import Any

from quiescent.config.load import is_file, load_config
from quiescent.config.named import flatten
from quiescent.config.schema import Config


def overrides_of(config: Config) -> dict[str, object]:
    """Find the settings in which a configuration departs from the named one it comes from."""
    if is_file(config.name) and not Path(config.name).exists():
        return {}  # a user's own file that is gone since; its runs hold all settings
    named = _settings_of(config.name) if is_file(config.name) else _settings_of_built_in(config.name)
    own = flatten(config.model_dump(mode="json"))
    return {key: own[key] for key in own if key not in ("seed", "name") and own[key] != named.get(key)}


def _settings_of(name: str) -> dict[str, Any]:
    return flatten(load_config(name).model_dump(mode="json"))


_settings_of_built_in = functools.cache(_settings_of)  # a user's own file may change


def label(config: Config) -> str:
    """Name a configuration shortly, safe as a folder: by its name and its overrides."""
    words = ",".join(f"{key}={value}" for key, value in overrides_of(config).items())
    name = Path(config.name).stem if is_file(config.name) else config.name
    if not words:
        return name
    if len(words) > 100:
        words = hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"{name}+{re.sub(r'[^A-Za-z0-9_.,=+-]', '_', words)}"


def differences(old: Config, new: Config) -> list[str]:
    """Write `key: old -> new` for every setting in which two configurations differ, seeds aside."""
    before, after = (flatten(config.model_dump(mode="json")) for config in (old, new))
    keys = [key for key in before | after if key != "seed"]
    return [f"{k}: {before.get(k)} -> {after.get(k)}" for k in keys if before.get(k) != after.get(k)]
