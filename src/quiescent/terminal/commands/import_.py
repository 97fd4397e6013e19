"""`quiescent import`."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quiescent.errors import QuiescentError
from quiescent.terminal.commands.command import Command, open_console

if TYPE_CHECKING:
    from quiescent.foreign.write import Imported


def import_(
    checkpoints: Annotated[
        list[Path],
        typer.Argument(help="Files that the authors' code saved, such as model_2500.pt.", metavar="CHECKPOINT..."),
    ],
    out: Annotated[Path, typer.Option(help="Folder below which the runs are put.")] = Path("runs/imported"),
) -> None:
    """Import trained networks of the paper authors' code as finished runs, to be measured, drawn and watched."""
    from quiescent.foreign.write import import_checkpoint

    console = open_console()
    errors, folders = [], []
    for path in checkpoints:
        try:
            imported = import_checkpoint(path, out)
        except QuiescentError as error:
            errors.append(str(error))
        else:
            console.print(f"{imported.run.folder}: {_described(imported)}")
            folders.append(str(imported.run.folder.parent))
    if folders:
        console.print(f"\nNext: {shlex.join(['quiescent', 'measure', 'kl', folders[0]])}")
    if errors:
        raise QuiescentError("\n".join(errors))


def _described(imported: "Imported") -> str:
    from quiescent.terminal.numbers import rms_error

    config, network = imported.config, imported.config.network
    if not imported.new:
        return "was imported before"
    space = config.task.space
    error = f"error {rms_error(imported.tests[-1].error, space)}" if imported.tests else "error unknown"
    parts = [
        config.name,
        f"{network.kind} {network.units}",
        f"uniform noise {network.sigma2_rec**0.5:g}" if network.sigma2_rec else "no noise",
        "biases" if network.bias else "no biases",
        f"{imported.cells} cells",
        "seed unknown" if imported.seed is None else f"seed {imported.seed}",
        f"{config.training.batches} batches",
        f"{error} (as the authors count it)" if imported.tests and space.kind == "circle" else error,
    ]
    return ", ".join(parts)


COMMAND = Command(import_, example="quiescent import results/spatial_navigation/noisy_unbiased_0.0001_0/model_2500.pt")
