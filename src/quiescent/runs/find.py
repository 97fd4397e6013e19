"""Runs meant by words: folders, or configurations by name with settings and seeds."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from quiescent.config.load import load_config, parse_seeds
from quiescent.config.words import split_words
from quiescent.errors import QuiescentError
from quiescent.runs.examples import PREFIX, example
from quiescent.runs.open import default_folder, read_config
from quiescent.runs.run import Run, runs_in


def find_runs(words: Sequence[str]) -> list[Run]:
    """Find the runs meant by words: folders, configuration names with `key=value` overrides, or names of examples.

    `seed=0,1` picks seeds; without it, every seed counts that has a run. Raises `QuiescentError`, which names what is
    missing and how to train it.
    """
    names, overrides = split_words(words, files=True)
    seeds = [word for word in overrides if word.startswith("seed=")]
    if not names:
        raise QuiescentError("which runs? Give a folder, or a configuration such as spatial_navigation/noisy_unbiased.")
    settings = [word for word in overrides if word not in seeds]
    if settings and all(os.path.isdir(name) or name.startswith(PREFIX) for name in names):
        raise QuiescentError(f"{settings[0]}: is a setting of a configuration, but only finished runs are named here.")
    wanted = parse_seeds(seeds[-1]) if seeds else None
    runs = [run for name in names for run in _runs_of(name, overrides, wanted)]
    return list(dict.fromkeys(runs))


def _runs_of(name: str, overrides: Sequence[str], seeds: Sequence[int] | None) -> list[Run]:
    if name.startswith(PREFIX) and not os.path.isdir(name):
        folder, hint = example(name).folder, "It is one network, of one seed."
    elif os.path.isdir(name):
        folder, hint = Path(name), "`quiescent runs` lists the runs there are."
    else:
        folder = default_folder(load_config(name, *overrides))
        hint = f"Train it: quiescent train {shlex.join([name, *overrides])}"
    runs = runs_in(folder)
    if seeds is not None:
        pairs = [(read_config(run).seed[0], run) for run in runs]
        missing = sorted(set(seeds) - {seed for seed, _ in pairs})
        if missing:
            raise QuiescentError(f"no run of seed {', '.join(map(str, missing))} in {folder}. {hint}")
        runs = [run for seed, run in pairs if seed in seeds]
    if not runs:
        raise QuiescentError(f"no runs in {folder}. {hint}")
    return runs
