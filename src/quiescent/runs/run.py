"""Run folders: configuration, test log and checkpoints of one network. Imports no PyTorch, which takes a second."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from quiescent.errors import QuiescentError
from quiescent.machine.files import explaining, writing
from quiescent.runs import checkpoints
from quiescent.runs.checkpoints import DamagedCheckpoint

KEPT_CHECKPOINTS = 2
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with it


class Checkpoint(NamedTuple):
    """State after a number of training batches, as flat named arrays."""

    batch: int
    arrays: dict[str, np.ndarray]


class Metrics(NamedTuple):
    """One test of a network: mean squared loss, and mean squared decoding error (m^2 or rad^2)."""

    batch: int
    loss: float
    error: float


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
        try:
            return (self.folder / "config.yaml").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise QuiescentError(f"{self.folder} is not a run: cannot read its config.yaml ({error})") from None

    def settings(self) -> Mapping[str, Any]:
        """Read its nested settings as they are written, unchecked; `read_config` returns checked ones."""
        try:
            settings = yaml.load(self.config_text(), LOADER)
        except yaml.YAMLError as error:
            raise QuiescentError(
                f"{self.folder}/config.yaml is not valid YAML: {' '.join(str(error).split())}"
            ) from None
        if not isinstance(settings, dict):
            raise QuiescentError(f"{self.folder}/config.yaml must hold `key: value` lines.")
        return settings

    def checkpoints(self) -> list[Path]:
        """List its checkpoint files, oldest first."""
        return sorted((self.folder / "checkpoints").glob("batch_[0-9]*[0-9].safetensors"))

    def newest_checkpoint(self) -> Path | None:
        """Find the newest checkpoint that is not damaged."""
        return next((path for path in reversed(self.checkpoints()) if not checkpoints.problem(path)), None)

    def batches_done(self) -> int:
        """Count the training batches in the newest checkpoint that is not damaged."""
        path = self.newest_checkpoint()
        return int(path.stem.removeprefix("batch_")) if path else 0

    def batches_wanted(self, settings: Mapping[str, Any] | None = None) -> int:
        """Read from its settings, unless they are given, how many training batches make it finished."""
        training = (self.settings() if settings is None else settings).get("training")
        wanted = training.get("batches") if isinstance(training, dict) else None
        if not isinstance(wanted, int):
            raise QuiescentError(
                f"{self.folder}/config.yaml: training.batches must be a whole number, but is {wanted}."
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
            return Checkpoint(int(path.stem.removeprefix("batch_")), checkpoints.read(path))
        except ValueError as error:
            raise QuiescentError(f"{path} is damaged ({error}).") from None

    def set_damaged_aside(self) -> None:
        """Rename damaged checkpoints, with a warning that names each, so that training goes on from those before."""
        for path in self.checkpoints():
            problem = checkpoints.problem(path)
            if problem:
                before = self.batches_done()
                go_on = f"the checkpoint of batch {before}" if before else "the beginning, since there is no other"
                aside = path.with_name(f"{path.name}.damaged")
                warnings.warn(
                    f"{path} is damaged ({problem}): kept as {aside.name}; training goes on from {go_on}.",
                    DamagedCheckpoint,
                    stacklevel=2,
                )
                with explaining(aside):
                    path.replace(aside)

    def save_checkpoint(self, batch: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Write a checkpoint under a temporary name, rename it, and remove all but the newest two."""
        checkpoints.write(self.folder / "checkpoints" / f"batch_{batch:09d}.safetensors", arrays)
        for old in self.checkpoints()[:-KEPT_CHECKPOINTS]:
            with explaining(old):
                old.unlink(missing_ok=True)

    def metrics(self) -> list[Metrics]:
        """Read its test log, one entry per test; a last line that a crash cut short is left out."""
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            return [Metrics(**json.loads(line)) for line in lines if line.endswith("}")]
        except (OSError, ValueError, TypeError) as error:
            raise QuiescentError(f"{path} is damaged ({error}).") from None

    def require_metrics(self) -> list[Metrics]:
        """Read its test log. Raises `QuiescentError` if it is empty."""
        metrics = self.metrics()
        if not metrics:
            raise QuiescentError(f"{self.folder} has no tests yet")
        return metrics

    def append_metrics(self, entry: Metrics) -> None:
        """Add a test to the log."""
        path = self.folder / "metrics.jsonl"
        with explaining(path), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry._asdict()) + "\n")

    def truncate_metrics(self, batch: int) -> None:
        """Forget tests after `batch`, which a resumed training will repeat."""
        kept = [entry for entry in self.metrics() if entry.batch <= batch]
        with writing(self.folder / "metrics.jsonl") as temporary:
            temporary.write_text("".join(json.dumps(entry._asdict()) + "\n" for entry in kept), encoding="utf-8")


def runs_in(folder: Path) -> list[Run]:
    """List the runs in a folder of runs by seed, or the run that the folder is."""
    if (folder / "config.yaml").is_file():
        return [Run(folder)]
    runs = [Run(path.parent) for path in folder.glob("seed_*/config.yaml")]
    return sorted(runs, key=lambda run: (len(run.folder.name), run.folder.name))


def all_runs(root: Path) -> list[Run]:
    """List every run anywhere below a folder."""
    return sorted(Run(path.parent) for path in root.glob("**/seed_*/config.yaml"))
