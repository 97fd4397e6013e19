"""Export finished runs in standard forms: what networks do awake and at rest, or their weights."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from torch import Tensor

from quiescent import __version__
from quiescent.config.naming import label
from quiescent.errors import QuiescentError
from quiescent.evaluation.subject import Subject
from quiescent.formats.labelled import REST, WAKE
from quiescent.formats.npz import write_pynapple
from quiescent.formats.nwb import Session, require_pynwb, write_nwb
from quiescent.formats.table import write_table
from quiescent.formats.timeline import Phases
from quiescent.formats.weights import write_weights
from quiescent.machine.files import explaining
from quiescent.machine.leftovers import clear_leftovers
from quiescent.machine.memory import require_memory
from quiescent.quiescence.activity import Active, Phase, Rest
from quiescent.quiescence.needs import measuring_memory
from quiescent.quiescence.rest_settings import USUAL as USUAL_REST
from quiescent.quiescence.rest_settings import RestSettings
from quiescent.runs.conditions import by_condition
from quiescent.runs.open import read_config, require_finished
from quiescent.runs.run import Run
from quiescent.training.state import load_networks

Form = Literal["nwb", "pynapple", "csv", "weights"]
ENDINGS: dict[Form, str] = {"nwb": ".nwb", "pynapple": "_pynapple", "csv": ".csv", "weights": "_weights"}
COPIES = 4  # of what is simulated: as it comes, labelled, end to end, and as a file
LONGEST = 150  # characters of a condition in the name of a file


class Watched(NamedTuple):
    """Trials of networks that are watched awake and at rest, and how they rest."""

    trials: int = 50
    steps: int = 500
    rest: RestSettings = USUAL_REST

    def phases(self, *, states: bool) -> dict[str, Phase]:
        """List both phases, with or without hidden states."""
        phases: dict[str, Phase] = {
            WAKE: Active(self.trials, states=states),
            REST: Rest(self.trials, self.steps, states=states),
        }
        return self.rest.asked(phases)


USUAL = Watched()


def destinations(runs: Sequence[Run], to: Form, out: Path, *, overwrite: bool = False) -> dict[Run, Path]:
    """Choose the file, or the folder of files, of every run below `out`, before anything is simulated.

    Raises `QuiescentError` for a run that is not finished, if a file exists already that may not be overwritten, or
    if an extra is not installed.
    """
    if to == "nwb":
        require_pynwb()
    paths = {
        run: out / f"{_short(condition)}_seed_{require_finished(run).seed[0]}{ENDINGS[to]}"
        for condition, members in by_condition(runs).items()
        for run in members
    }
    for run, path in paths.items():
        for other, same in paths.items():
            if same == path and other != run:
                raise QuiescentError(f"{run.folder} and {other.folder} would both become {path}: export one of them.")
        with explaining(path, "read"):
            taken = path.exists()
        if taken and not overwrite:
            raise QuiescentError(f"{path} exists. Choose another folder with --out, or give --overwrite.")
    return paths


def export(run: Run, to: Form, path: Path, watched: Watched = USUAL, *, device: str | None = None) -> list[Path]:
    """Write what a run's network does awake and at rest, or its weights; returns the files that were written.

    A `csv` file has no hidden states. What a killed export left behind is removed.
    """
    for folder in (path, path.parent):
        clear_leftovers(folder)
    if to == "weights":
        return write_weights(path, *weights_of(run))
    config, phases = read_config(run), watched.phases(states=to != "csv")
    require_memory(COPIES * measuring_memory(config, phases.values()), f"{run.folder}: exporting it")
    subject = Subject(run, device)
    labelled: Phases = {name: subject.activity(phase).to_xarray() for name, phase in phases.items()}
    if to == "pynapple":
        return write_pynapple(path, labelled)
    if to == "csv":
        return write_table(path, labelled)
    name = path.name.removesuffix(ENDINGS[to])
    described = f"{label(config)}, seed {config.seed[0]}, {run.batches_done()} batches of training"
    return write_nwb(path, labelled, Session(name, described, _trained(run)))


def weights_of(run: Run) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Collect what it takes to run a network: arrays by plain names, and settings.

    The cells' places are an array too. Noise is per step: standard deviations, or ranges of the uniform shape.
    """
    members = load_networks([run])
    config, architecture = members.configs[0], members.network.architecture
    space = config.task.space
    described = members.codes[0].described()
    cells = {name: value for name, value in described.items() if isinstance(value, Tensor)}
    arrays = {name: weight[0] for name, weight in members.network.weights.items()} | cells
    settings: dict[str, object] = {
        "name": label(config),
        "seed": config.seed[0],
        "batches": run.batches_done(),
        "written_by": f"quiescent {__version__}",
        **architecture._asdict(),
        "outputs": "softmax" if members.has_softmax else "linear",
        "noise": members.noise[0]._asdict(),
        "dt": config.task.dt,
        "space": {"variable": space.variable, "unit": space.unit, "bounds": space.bounds},
        "cells": {name: value for name, value in described.items() if name not in cells},
    }
    return {name: array.cpu().numpy() for name, array in arrays.items()}, settings


def _trained(run: Run) -> datetime:
    """Tell when the last checkpoint was written: that is when the network was as it is."""
    path = run.newest_checkpoint()
    assert path is not None
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _short(condition: str) -> str:
    """Name a condition within the name of a file, which may have no slashes."""
    name = condition.replace("/", "_")
    if len(name.encode()) <= LONGEST:
        return name
    return f"{name.encode()[:60].decode(errors='ignore')}_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
