"""`quiescent runs`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.command import Command, open_console


def runs(
    root: Annotated[Path, typer.Argument(help="Folder to look in.")] = Path("runs"),
    relocate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The recording of runs was moved here; its content is the same.")
    ] = None,
) -> None:
    """List trained and unfinished runs."""
    from quiescent.runs.run import all_runs
    from quiescent.terminal.layout import show
    from quiescent.terminal.tables import runs_table

    console = open_console()
    below = all_runs(root)
    if relocate:
        from quiescent.runs.recordings import relocate as note

        moved = note(below, relocate)
        console.print(f"{len(moved)} of {len(below)} runs: their recording is {relocate} now.", highlight=False)
    if below:
        show(console, runs_table(below))
    else:
        console.print(f"No runs in {root}. Make one: quiescent train spatial_navigation/noisy_unbiased seed=0")


COMMAND = Command(runs, example="quiescent runs")
