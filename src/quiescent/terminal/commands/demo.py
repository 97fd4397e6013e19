"""`quiescent demo`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.arguments import Device
from quiescent.terminal.commands.command import Command, open_console


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the runs and the figure.")] = Path("demo"),
    device: Device = None,
) -> None:
    """Train on a real rat's foraging, with and without noise, and watch both networks dream."""
    from quiescent.studies.demo.run import run_demo

    run_demo(out, open_console(), device=device)


COMMAND = Command(demo, example="quiescent demo --out demo")
