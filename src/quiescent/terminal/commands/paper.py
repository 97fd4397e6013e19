"""`quiescent paper`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from quiescent.terminal.commands.arguments import Device, Jobs, On, allocation_of, seeds_of
from quiescent.terminal.commands.command import Command, open_console

Family = Literal["spatial_navigation", "head_direction", "gru"]  # of studies.paper, which is slow to import


def paper(
    seeds: Annotated[str, typer.Option(help="Seeds of every condition: 0-4, or 0,2,5.")] = "0-4",
    only: Annotated[Family | None, typer.Option(help="One family of networks instead of all.")] = None,
    scale: Annotated[
        Literal["full", "small"], typer.Option(help="The paper's sizes, or smaller ones that take half an hour.")
    ] = "full",
    jobs: Jobs = None,
    on: On = "local",
    slurm: Annotated[
        str, typer.Option(help="With --on slurm, what an allocation is: 'partition=long time=08:00:00 cpus=8'.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of runs and report. Default: paper, or paper-small.")] = None,
    train: Annotated[bool, typer.Option(help="Train what is missing; otherwise report on what is finished.")] = True,
    device: Device = None,
) -> None:
    """Reproduce every experiment, measure, figure and claim of the paper; go on where that was interrupted."""
    from quiescent.jobs.places import choose_place
    from quiescent.studies.paper.experiments import SCALES
    from quiescent.studies.paper.run import run_paper

    folder = out or Path("paper" if scale == "full" else f"paper-{scale}")
    command = shlex.join(["quiescent", *sys.argv[1:]])
    chosen = seeds_of(seeds)
    place = choose_place(on, jobs, device, allocation_of(slurm, on))
    run_paper(folder, SCALES[scale], chosen, open_console(), only=only, place=place, command=command, train=train)


COMMAND = Command(paper, example="quiescent paper --scale small --seeds 0-2")
