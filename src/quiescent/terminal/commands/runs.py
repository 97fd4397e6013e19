"""`quiescent runs`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.command import Command, open_console


def runs(root: Annotated[Path, typer.Argument(help="Folder to look in.")] = Path("runs")) -> None:
    """List trained and unfinished runs."""
    from quiescent.runs.run import all_runs
    from quiescent.terminal.layout import show
    from quiescent.terminal.tables import runs_table

    console = open_console()
    below = all_runs(root)
    if below:
        show(console, runs_table(below))
    else:
        console.print(f"No runs in {root}. Make one: quiescent train spatial_navigation/noisy_unbiased seed=0")


COMMAND = Command(runs, example="quiescent runs")
