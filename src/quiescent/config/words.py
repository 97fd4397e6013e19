"""`key=value` words: read one by one, with the names of the authors' public code."""

import copy
import functools
import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from quiescent.config.plain import read_value
from quiescent.errors import QuiescentError, printable

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

# Settings that are taken letter by letter, never read as YAML.
TEXTS = ("task.path", "task.where", *(f"task.columns.{name}" for name in ("time", "x", "y", "heading", "likelihood")))


class SplitWords(NamedTuple):
    """Words of a command: which configurations (or folders) they name, and which settings they give."""

    names: tuple[str, ...]
    settings: tuple[str, ...]  # `key=value` each


def split_words(words: Sequence[str], *, files: bool = False) -> SplitWords:
    """Split the words of a command into names and `key=value` settings; `config=NAME` is a name.

    With `files`, a word that is the path of a file or folder is a name, even if it contains an equals sign.

    Examples
    --------
    >>> split_words(["config=head_direction/noisy_biased", "seed=0,1"])
    SplitWords(names=('head_direction/noisy_biased',), settings=('seed=0,1',))
    """
    names, settings = [], []
    for word in words:
        if word.startswith("config="):
            names.append(word.removeprefix("config="))
        elif "=" in word and not (files and os.path.exists(word)):
            settings.append(word)
        else:
            names.append(word)
    return SplitWords(tuple(names), tuple(settings))


def parse_words(words: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read `key=value` words into nested settings, and say for every key which word it came from.

    Raises `QuiescentError` for a word that has another form, for a key that is given twice, and for one that is a
    setting in the authors' public code but not here.
    """
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
        inner[last] = text if key in TEXTS else _parse_value(text, f"{name}={printable(text)}", where)
    return values, origin


def _parse_value(text: str, shown: str, where: str) -> object:
    try:
        return copy.deepcopy(_value(text))  # groups of settings are filled in by later words
    except ValueError:
        raise QuiescentError(f"{shown}: cannot be read as a YAML value. {where}") from None


@functools.lru_cache(maxsize=10_000)  # a grid has the same few values again and again
def _value(text: str) -> object:
    return read_value(text)
