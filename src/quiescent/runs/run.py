"""Run folders: configuration, test log and checkpoints of one network. Imports no PyTorch, which takes a second."""

import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quiescent.config.plain import read_settings
from quiescent.errors import QuiescentError
from quiescent.machine.files import ABSENT, ask_nobody, explaining, keep_names, list_folder, read_file
from quiescent.runs import checkpoints
from quiescent.runs.checkpoints import DamagedCheckpoint
from quiescent.runs.log import LOG, Metrics, append_test, read_log, set_damaged_log_aside, truncate_log

KEPT_CHECKPOINTS = 2
SEED_FOLDER = re.compile(r"seed_\d+", re.ASCII)


class Checkpoint(NamedTuple):
    """State after a number of training batches, as flat named arrays, and the file that it was read from."""

    batch: int
    arrays: dict[str, np.ndarray]
    path: Path


@dataclass(frozen=True, order=True)
class Run:
    """The folder of one network: `config.yaml`, `metrics.jsonl` (its tests), `checkpoints/` and `measures/`.

    Parameters
    ----------
    folder
        Path of the folder, such as `runs/spatial_navigation/noisy_unbiased/seed_0`; it need not exist yet.

    Raises
    ------
    QuiescentError
        From any method that reads a file which is missing or damaged.

    Examples
    --------
    >>> import tempfile
    >>> from quiescent import load_config, train
    >>> words = ("network.units=8", "task.place_cells.number=8", "task.steps=5", "training.batches=2")
    >>> config = load_config("spatial_navigation/noisy_unbiased", *words)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (run,) = train(config, folder, device="cpu")
    ...     again = Run(run.folder)
    ...     again.finished(), [test.batch for test in again.metrics()]
    (True, [0, 2])
    """

    folder: Path

    def config_text(self) -> str:
        """Read the text of its `config.yaml`. Raises `QuiescentError` if there is none."""
        path = self.folder / "config.yaml"
        contents = read_file(path)
        if contents is None:
            raise QuiescentError(f"{self.folder} is not a run: it has no config.yaml.")
        try:
            return contents.decode()
        except UnicodeDecodeError as error:
            raise QuiescentError(f"{path} is not UTF-8 text ({error}).") from None

    def settings(self) -> Mapping[str, Any]:
        """Read its nested settings as they are written, unchecked; `read_config` returns checked ones."""
        return read_settings(self.config_text(), f"{self.folder}/config.yaml")

    def checkpoints(self) -> list[Path]:
        """List its checkpoint files, oldest first."""
        paths = list_folder(self.folder / "checkpoints")
        return sorted((path for path in paths if _NAME.fullmatch(path.name)), key=_batch)

    def newest_checkpoint(self) -> Path | None:
        """Find the newest checkpoint that is not damaged."""
        while True:
            paths = self.checkpoints()
            newest = next((path for path in reversed(paths) if not checkpoints.problem(path)), None)
            if newest or self.checkpoints() == paths:  # else its trainer wrote newer ones and removed these meanwhile
                return newest

    def batches_done(self) -> int:
        """Count the training batches in the newest checkpoint that is not damaged."""
        path = self.newest_checkpoint()
        return _batch(path) if path else 0

    def batches_wanted(self, settings: Mapping[str, Any] | None = None) -> int:
        """Read from its settings, unless they are given, how many training batches make it finished."""
        training = (self.settings() if settings is None else settings).get("training")
        wanted = training.get("batches") if isinstance(training, dict) else None
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
            raise QuiescentError(
                f"{self.folder}/config.yaml: training.batches must be a whole number >= 1, but is {str(wanted)[:40]}."
            )
        return wanted

    def finished(self) -> bool:
        """Tell whether all its training batches are done and saved."""
        return self.batches_done() >= self.batches_wanted()

    def load_checkpoint(self) -> Checkpoint:
        """Read the newest checkpoint that is not damaged. Raises `QuiescentError` if there is none."""
        path = self.newest_checkpoint()
        if path is None:
            raise QuiescentError(f"{self.folder} has no checkpoint yet")
        try:
            return Checkpoint(_batch(path), checkpoints.read(path), path)
        except ValueError as error:
            raise QuiescentError(f"{path} is damaged ({error}).") from None

    def set_damaged_aside(self, ask: Callable[[], None] = ask_nobody) -> None:
        """Rename what is damaged, with a warning that names each, so that training goes on from what is not.

        Here and below, `ask` is called just before anything is written, and raises if it must not.
        """
        for path in self.checkpoints():
            problem = checkpoints.problem(path)
            if problem:
                before = self.batches_done()
                go_on = f"the checkpoint of batch {before}" if before else "the beginning, since there is no other"
                aside = path.with_name(f"{path.name}.damaged")
                ask()
                with explaining(aside):
                    path.replace(aside)
                    keep_names(path.parent)
                warnings.warn(
                    f"{path} is damaged ({problem}): kept as {aside.name}; training goes on from {go_on}.",
                    DamagedCheckpoint,
                    stacklevel=2,
                )
        set_damaged_log_aside(self._log, ask)

    def save_checkpoint(
        self, batch: int, arrays: Mapping[str, np.ndarray], ask: Callable[[], None] = ask_nobody
    ) -> None:
        """Write a checkpoint under a temporary name, rename it, and remove all but the newest two."""
        checkpoints.write(self.folder / "checkpoints" / f"batch_{batch:09d}.safetensors", arrays, ask)
        for old in self.checkpoints()[:-KEPT_CHECKPOINTS]:
            ask()
            with explaining(old):
                old.unlink(missing_ok=True)

    @property
    def _log(self) -> Path:
        return self.folder / LOG

    def metrics(self) -> list[Metrics]:
        """Read its test log, one entry per test; a last line that a crash cut short is left out."""
        return read_log(self._log)

    def require_metrics(self) -> list[Metrics]:
        """Read its test log. Raises `QuiescentError` if it is empty."""
        metrics = self.metrics()
        if not metrics:
            raise QuiescentError(f"{self.folder} has no tests yet")
        return metrics

    def append_metrics(self, entry: Metrics, ask: Callable[[], None] = ask_nobody) -> None:
        """Add a test to the log."""
        ask()
        append_test(self._log, entry)

    def truncate_metrics(self, batch: int, ask: Callable[[], None] = ask_nobody) -> None:
        """Forget tests after `batch`, which a resumed training will repeat."""
        truncate_log(self._log, batch, ask)


_NAME = re.compile(r"batch_(\d{1,18})\.safetensors", re.ASCII)


def _batch(checkpoint: Path) -> int:
    return int(checkpoint.stem.removeprefix("batch_"))


def runs_in(folder: Path) -> list[Run]:
    """List the runs in a folder of runs by seed, or the run that the folder is."""
    if _has_config(folder):
        return [Run(folder)]
    paths = [path for path in list_folder(folder) if SEED_FOLDER.fullmatch(path.name)]
    return sorted(map(Run, filter(_has_config, paths)), key=lambda run: (len(run.folder.name), run.folder.name))


def all_runs(root: Path) -> list[Run]:
    """List everything anywhere below a folder that is a run, or looks like one."""
    return sorted(Run(path) for path in root.glob("**/seed_*") if os.path.isdir(path))


def _has_config(folder: Path) -> bool:
    path = folder / "config.yaml"
    with explaining(path, "read"):
        try:
            path.stat()
        except ABSENT:
            return False
    return True
