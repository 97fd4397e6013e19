"""Import a foreign checkpoint: a run folder of ours, complete or absent, with its weights bit for bit."""

import hashlib
import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from quiescent.config.naming import label
from quiescent.config.schema import Config
from quiescent.errors import QuiescentError, printable
from quiescent.foreign.archive import Archive, File, open_file
from quiescent.foreign.beside import batches_of, read_tests, seed_of
from quiescent.foreign.configuration import configure
from quiescent.foreign.networks import read_network
from quiescent.machine.files import explaining
from quiescent.runs.log import Metrics
from quiescent.runs.make import make_run
from quiescent.runs.origin import Origin, read_origin
from quiescent.runs.run import Run
from quiescent.runs.specification import WEIGHTS, require_sizes, require_whole
from quiescent.training.state import sizes_of

BLOCK = 2**20  # bytes that are read at once


class Imported(NamedTuple):
    """A run that a checkpoint is, and what is known of it; `new` if it was not imported before."""

    run: Run
    config: Config
    cells: int
    seed: int | None  # None: unknown, the folder is numbered
    tests: Sequence[Metrics]
    new: bool


def import_checkpoint(path: Path, out: Path) -> Imported:
    """Import a checkpoint of the authors' code as a run, `out/CONFIGURATION/seed_K`.

    Raises `QuiescentError`, which names the file and what is wrong, and leaves nothing behind; also if another run is
    in that folder.
    """
    with open_file(path) as file:
        origin = Origin(str(path), _checksum(file))
        settings, arrays = read_network(Archive(printable(path), file))
    seed = seed_of(path)
    config = configure(printable(path), settings, seed or 0)
    tests = read_tests(path, config.task.space)
    batches = batches_of(path, tests)
    tests = [test for test in tests if test.batch <= batches]
    training = config.training.model_copy(update={"batches": batches})
    config = config.model_copy(update={"training": training})
    _require_network(path, config, arrays)
    run, new = _place(out / label(config), seed, origin)
    config = config.model_copy(update={"seed": (int(run.folder.name.removeprefix("seed_")),)})
    if new:
        make_run(run.folder, config, arrays, tests, origin)
    return Imported(run, config, len(arrays[f"{WEIGHTS}/output"]), seed, tests, new)


def _checksum(file: File) -> str:
    checksum = hashlib.sha256()
    while block := file.read(BLOCK):
        checksum.update(block)
    return checksum.hexdigest()


def _require_network(path: Path, config: Config, arrays: dict[str, np.ndarray]) -> None:
    try:
        require_sizes(arrays, sizes_of(config)._replace(resumable=False))
        require_whole(arrays)
    except ValueError as error:
        raise QuiescentError(f"{path}: is no network of ours ({error}).") from None


def _place(folder: Path, seed: int | None, origin: Origin) -> tuple[Run, bool]:
    """Find the folder of a run, and whether it is new: a network of unknown seed gets the first that is free."""
    for number in itertools.count() if seed is None else [seed]:
        run = Run(folder / f"seed_{number}")
        with explaining(run.folder, "read"):
            if not os.path.lexists(run.folder):
                return run, True
        before = read_origin(run)
        if before and before.sha256 == origin.sha256:
            return run, False
    raise QuiescentError(
        f"{origin.file}: {folder / f'seed_{seed}'} exists, and nothing is overwritten. Choose another folder by --out."
    )
