"""`quiescent watch`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from quiescent.terminal.commands.arguments import Device, Runs
from quiescent.terminal.commands.command import Command, open_console


def watch(
    runs: Runs,
    out: Annotated[Path | None, typer.Option(help="File to write (.html). Default: watch.html with the runs.")] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    weights: Annotated[
        Literal["auto", "float16", "float32"],
        typer.Option(help="How weights travel. auto: float16 if every network then decodes the same within 1 cm."),
    ] = "auto",
    device: Device = None,
) -> None:
    """Write one web page in which finished networks run live, side by side: awake, asleep, and as you like."""
    from quiescent.page.write import write_page
    from quiescent.runs.find import find_runs
    from quiescent.runs.open import read_config
    from quiescent.terminal.bars import waiting
    from quiescent.terminal.numbers import rms_error

    console = open_console()
    subjects = find_runs(runs)
    with waiting(console, "packing networks and their behaviour"):
        page = write_page(out or subjects[0].folder.parent / "watch.html", subjects, weights=weights, device=device)
    moved = rms_error(page.moved**2, read_config(subjects[0]).task.space)
    console.print(
        f"{page.path}: {page.size / 1e6:.1f} MB, weights as {page.weights} "
        f"(rounding to float16 moves what is decoded by {moved}, rms over 200 steps)"
    )
    if browse:
        typer.launch(page.path.resolve().as_uri())


COMMAND = Command(watch, example="quiescent watch spatial_navigation/noisy_unbiased seed=0 --open")
