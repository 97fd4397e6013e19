"""Run folders: configuration, test log and checkpoints of one network, written atomically."""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from quiescent.config.load import load_config, parse, parse_seeds
from quiescent.config.naming import differences, label
from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.machine.files import explaining, writing
from quiescent.runs import checkpoints
from quiescent.runs.checkpoints import DamagedCheckpoint

KEPT_CHECKPOINTS = 2


class Checkpoint(NamedTuple):
    """State after a number of training batches, as flat named tensors."""

    batch: int
    tensors: dict[str, Tensor]


class Metrics(NamedTuple):
    """One test of a network: mean squared loss, and mean squared decoding error (m^2 or rad^2)."""

    batch: int
    loss: float
    error: float


@dataclass(frozen=True, order=True)
class Run:
    """The folder of one member network."""

    folder: Path

    def config(self) -> Config:
        """The configuration that the run was made with."""
        path = self.folder / "config.yaml"
        try:
            return parse(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise QuiescentError(f"{self.folder} is not a run: cannot read its config.yaml ({error})") from None

    def checkpoints(self) -> list[Path]:
        """Checkpoint files, oldest first."""
        return sorted((self.folder / "checkpoints").glob("batch_[0-9]*[0-9].safetensors"))

    def newest_checkpoint(self) -> Path | None:
        """The newest checkpoint that is not damaged."""
        return next((path for path in reversed(self.checkpoints()) if not checkpoints.problem(path)), None)

    def batches_done(self) -> int:
        """Number of training batches in the newest checkpoint that is not damaged."""
        path = self.newest_checkpoint()
        return int(path.stem.removeprefix("batch_")) if path else 0

    def finished(self) -> bool:
        return self.batches_done() >= self.config().training.batches

    def require_finished(self) -> Config:
        """The configuration of a finished run; anything else is an error that says what to do."""
        config = self.config()
        done, wanted = self.batches_done(), config.training.batches
        if done < wanted:
            damaged = "".join(f" {path} is damaged." for path in self.checkpoints() if checkpoints.problem(path))
            raise QuiescentError(
                f"{self.folder} is not finished: {done} of {wanted} batches.{damaged} "
                "Give its `quiescent train` command again."
            )
        return config

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

    def save_checkpoint(self, batch: int, tensors: Mapping[str, Tensor]) -> None:
        """Write a checkpoint under a temporary name, rename it, and drop all but the newest few."""
        checkpoints.write(self.folder / "checkpoints" / f"batch_{batch:09d}.safetensors", tensors)
        for old in self.checkpoints()[:-KEPT_CHECKPOINTS]:
            with explaining(old):
                old.unlink(missing_ok=True)

    def metrics(self) -> list[Metrics]:
        """The test log, one entry per test; a last line that a crash cut short is left out."""
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            return [Metrics(**json.loads(line)) for line in lines if line.endswith("}")]
        except (OSError, ValueError, TypeError) as error:
            raise QuiescentError(f"{path} is damaged ({error}).") from None

    def require_metrics(self) -> list[Metrics]:
        """The test log; none yet is an error."""
        metrics = self.metrics()
        if not metrics:
            raise QuiescentError(f"{self.folder} has no tests yet")
        return metrics

    def append_metrics(self, entry: Metrics) -> None:
        path = self.folder / "metrics.jsonl"
        with explaining(path), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry._asdict()) + "\n")

    def truncate_metrics(self, batch: int) -> None:
        """Forget tests after `batch`, which a resumed training will repeat."""
        kept = [entry for entry in self.metrics() if entry.batch <= batch]
        with writing(self.folder / "metrics.jsonl") as temporary:
            temporary.write_text("".join(json.dumps(entry._asdict()) + "\n" for entry in kept), encoding="utf-8")


def default_folder(config: Config) -> Path:
    """Where the runs of a configuration lie unless the user says otherwise."""
    return Path("runs") / label(config)


def open_runs(config: Config, out: Path) -> list[Run]:
    """Make or reopen one run folder per seed, `out/seed_K`.

    A different configuration in any run of the folder is an error that shows the difference.
    """
    _ = config.task.space  # a task that is not to be had, such as a missing recording, must leave no folder behind
    for run in runs_in(out):
        found = differences(run.config(), config)
        if found:
            raise QuiescentError(
                f"{run.folder} holds another configuration ({'; '.join(found)}). Choose another folder with --out."
            )
    runs = []
    for member in config.members():
        run = Run(out / f"seed_{member.seed[0]}")
        if not (run.folder / "config.yaml").exists():
            with writing(run.folder / "config.yaml") as temporary:
                temporary.write_text(member.to_yaml(), encoding="utf-8")
        runs.append(run)
    return runs


def runs_in(folder: Path) -> list[Run]:
    """The runs in a folder of runs, or the run that the folder is, by seed."""
    if (folder / "config.yaml").is_file():
        return [Run(folder)]
    found = [Run(path.parent) for path in folder.glob("seed_*/config.yaml")]
    return sorted(found, key=lambda run: (len(run.folder.name), run.folder.name))


def all_runs(root: Path) -> list[Run]:
    """Every run anywhere below a folder."""
    return sorted(Run(path.parent) for path in root.glob("**/seed_*/config.yaml"))


def find_runs(words: Sequence[str]) -> list[Run]:
    """Runs meant by words: folders, or configuration names with `key=value` overrides.

    `seed=0,1` picks seeds; without it every seed that is found counts. A run that is missing is an
    error that names it.
    """
    words = [word.removeprefix("config=") for word in words]
    names = [word for word in words if "=" not in word or Path(word).exists()]
    overrides = [word for word in words if word not in names]
    seeds = [word for word in overrides if word.startswith("seed=")]
    if not names:
        raise QuiescentError("which runs? Give a folder, or a configuration such as spatial_navigation/noisy_unbiased.")
    found: list[Run] = []
    for name in names:
        if Path(name).is_dir():
            folder, hint = Path(name), "`quiescent runs` lists the runs there are."
        else:
            folder = default_folder(load_config(name, *overrides))
            hint = f"Train it: quiescent train {' '.join([name, *overrides])}"
        runs = runs_in(folder)
        if seeds:
            wanted = parse_seeds(seeds[-1])
            missing = sorted(set(wanted) - {run.config().seed[0] for run in runs})
            if missing:
                raise QuiescentError(f"no run of seed {', '.join(map(str, missing))} in {folder}. {hint}")
            runs = [run for run in runs if run.config().seed[0] in wanted]
        if not runs:
            raise QuiescentError(f"no runs in {folder}. {hint}")
        found += runs
    return list(dict.fromkeys(found))
