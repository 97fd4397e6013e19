"""Run folders and the configurations in them: made, reopened, read."""

from pathlib import Path

from quiescent.config.load import parse
from quiescent.config.naming import differences, label
from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.machine.files import read_file, writing
from quiescent.runs import checkpoints
from quiescent.runs.origin import read_origin, require_trained_here
from quiescent.runs.run import Run, runs_in
from quiescent.tasks.recorded import Recorded


def read_config(run: Run) -> Config:
    """Read the configuration that a run was made with. Raises `QuiescentError` if its folder holds none."""
    return parse(run.config_text(), str(run.folder / "config.yaml"))


def require_finished(run: Run) -> Config:
    """Read the configuration of a finished run. Raises `QuiescentError`, which says what to do, for any other run."""
    config = read_config(run)
    done, wanted = run.batches_done(), config.training.batches
    if done < wanted:
        damaged = "".join(f" {path} is damaged." for path in run.checkpoints() if checkpoints.problem(path))
        origin = read_origin(run)
        remedy = f"Remove it and import {origin.file} again." if origin else "Give its `quiescent train` command again."
        raise QuiescentError(f"{run.folder} is not finished: {done} of {wanted} batches.{damaged} {remedy}")
    return config


def default_folder(config: Config) -> Path:
    """Name the folder in which the runs of a configuration lie unless the user says otherwise."""
    return Path("runs") / label(config)


def open_runs(config: Config, out: Path) -> list[Run]:
    """Make or reopen one run folder per seed, `out/seed_K`.

    Raises `QuiescentError`, which shows the differences, if any run in `out` has another configuration, and if any
    was imported: such runs are finished, and others are kept apart from them.
    """
    if isinstance(config.task, Recorded):
        config = config.model_copy(update={"task": config.task.pinned()})
    _ = config.task.space  # a task that is not to be had, such as a missing recording, must leave no folder behind
    existing = runs_in(out)
    new = {Run(out / f"seed_{seed}") for seed in config.seed}.difference(existing)
    for run in existing:
        changes = differences(read_config(run), config)
        if changes or new:
            require_trained_here(run)
        if changes:
            raise QuiescentError(
                f"{run.folder} holds another configuration ({'; '.join(changes)}). Choose another folder with --out"
                f"{_moved(changes, config, out)}."
            )
    runs = []
    for member in config.members():
        run = Run(out / f"seed_{member.seed[0]}")
        path = run.folder / "config.yaml"
        if read_file(path) is None:
            write_config(run, member)
        runs.append(run)
    return runs


def write_config(run: Run, config: Config) -> None:
    """Write the configuration of a run, which is complete or as it was."""
    with writing(run.folder / "config.yaml") as temporary:
        temporary.write_text(config.to_yaml(), encoding="utf-8")


def _moved(changes: list[str], config: Config, out: Path) -> str:
    """Say what to do about a recording that lies elsewhere and has the same content."""
    if not (len(changes) == 1 and changes[0].startswith("task.path: ") and getattr(config.task, "checksum", None)):
        return ""
    return f", or if the file was moved: quiescent runs {out} --relocate {getattr(config.task, 'path', '')}"
