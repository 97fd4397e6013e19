"""`quiescent train`."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from quiescent.errors import QuiescentError
from quiescent.terminal.commands.arguments import Device, Words
from quiescent.terminal.commands.command import Command, open_console

if TYPE_CHECKING:
    from quiescent.config.schema import Config


def train(
    words: Words,
    out: Annotated[Path | None, typer.Option(help="Folder of the runs. Default: runs/CONFIGURATION.")] = None,
    device: Device = None,
    show: Annotated[bool, typer.Option("--show", help="Print the resolved configuration and stop.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with unfinished runs; otherwise they are an error.")] = True,
) -> None:
    """Train one network per seed, or go on where an interrupted training stopped."""
    from quiescent.config.load import load_config
    from quiescent.config.words import split_words

    names, settings = split_words(words)
    if len(names) != 1:
        given = ", ".join(names) or "none"
        raise QuiescentError(f"give one configuration, such as spatial_navigation/noisy_unbiased; got {given}")
    config = load_config(names[0], *settings)
    if show:
        print(config.to_yaml(), end="")
    else:
        _train(open_console(), config, out, device, resume)


def _train(console: Console, config: "Config", out: Path | None, device: str | None, resume: bool) -> None:
    from quiescent.machine.device import usable_device
    from quiescent.runs.open import default_folder, open_runs
    from quiescent.terminal.bars import progress_bar
    from quiescent.terminal.layout import show
    from quiescent.terminal.recordings import tell
    from quiescent.terminal.tables import runs_table
    from quiescent.training.populations import require_training_memory
    from quiescent.training.train import batches_left, train

    require_training_memory([config], usable_device(device))  # before anything is written
    folder = out or default_folder(config)
    runs = open_runs(config, folder)
    tell(console, config.task)
    if all(run.finished() for run in runs):
        console.print(f"Already finished: {folder}")
    else:
        unfinished = [str(run.folder) for run in runs if not run.finished() and run.batches_done()]
        if unfinished and not resume:
            raise QuiescentError(
                f"unfinished: {', '.join(unfinished)}. Leave out --no-resume, or choose another --out."
            )
        total, left = len(runs) * config.training.batches, batches_left(runs)
        with progress_bar(console, config.name, total=total, done=total - left) as report:
            train(config, folder, device=device, on_progress=report)
    show(console, runs_table(runs, config.task.space))
    console.print(f"\nNext: {shlex.join(['quiescent', 'measure', 'kl', str(folder)])}")


COMMAND = Command(train, example="quiescent train spatial_navigation/noisy_unbiased seed=0,1 training.batches=500")
