"""Names of configurations: how each differs from the named one that it comes from, or from another."""

import functools
import hashlib
import os
import re
from pathlib import Path
from typing import Any

from quiescent.config.load import is_file, load_config
from quiescent.config.named import flatten
from quiescent.config.schema import Config

UNNAMED = ("seed", "name", "task.checksum", "task.absolute")  # settings that no name tells
LONGEST = 255  # bytes of the name of a file or folder, to Linux and others


def overrides_of(config: Config) -> dict[str, object]:
    """Find the settings, by dotted key, in which a configuration differs from the named one that it comes from."""
    if is_file(config.name) and not Path(config.name).exists():
        return {}  # a user's own file that was removed since; its runs hold all settings
    named = _settings_of_file(config.name) if is_file(config.name) else _settings_of_built_in(config.name)
    settings = flatten(config.model_dump(mode="json"))
    return {key: settings[key] for key in settings if key not in UNNAMED and settings[key] != named.get(key)}


def _settings_of_file(name: str) -> dict[str, Any]:
    return flatten(load_config(name).model_dump(mode="json"))


_settings_of_built_in = functools.cache(_settings_of_file)  # not of a user's own file, which may change


def label(config: Config) -> str:
    """Name a configuration by its name and its overrides, short enough and safe as the name of a folder."""
    return folder_name(config.name, ",".join(f"{key}={value}" for key, value in overrides_of(config).items()))


def folder_name(name: str, more: str) -> str:
    """Name a folder by the name of a configuration and more, short enough, and below where it is put."""
    name = re.sub(r"^\.+$", "_", Path(name).stem) if is_file(name) else name
    if len(more) > 100:
        more = _digest(more)
    folder = f"{name}+{re.sub(r'[^A-Za-z0-9_.,=+-]', '_', more)}" if more else name
    return folder if len(os.fsencode(folder)) <= LONGEST else f"{folder[:60]}+{_digest(folder)}"


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


def differences(old: Config, new: Config) -> list[str]:
    """Write `key: old -> new` for every setting in which two configurations differ, seeds and places of files aside.

    Of a recording whose checksum one of them does not know, its path is compared.
    """
    before, after = (flatten(config.model_dump(mode="json")) for config in (old, new))
    aside = {"seed", "task.absolute"}
    if not (before.get("task.checksum") and after.get("task.checksum")):
        aside.add("task.checksum")
    keys = [key for key in before | after if key not in aside]
    return [f"{key}: {before.get(key)} -> {after.get(key)}" for key in keys if before.get(key) != after.get(key)]
