"""`quiescent paper`."""

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from quiescent.errors import QuiescentError
from quiescent.terminal.commands.arguments import Device, Jobs, On
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
    from quiescent.config.load import parse_seeds
    from quiescent.jobs.places import choose_place
    from quiescent.jobs.slurm import split_slurm
    from quiescent.studies.paper.experiments import SCALES
    from quiescent.studies.paper.run import run_paper

    folder = out or Path("paper" if scale == "full" else f"paper-{scale}")
    command = shlex.join(["quiescent", *sys.argv[1:]])
    try:
        chosen = parse_seeds(f"seed={_listed(seeds)}")
    except QuiescentError:
        raise QuiescentError(f"--seeds {seeds}: must be a range or a list of different seeds, 0-4 or 0,2,5.") from None
    others, allocation = split_slurm(_split(slurm), on)
    if others:
        raise QuiescentError(f"--slurm {slurm}: '{others[0]}' is not a setting of an allocation.")
    place = choose_place(on, jobs, device, allocation)
    run_paper(folder, SCALES[scale], chosen, open_console(), only=only, place=place, command=command, train=train)


def _split(slurm: str) -> Sequence[str]:
    try:
        return shlex.split(slurm)
    except ValueError as error:
        raise QuiescentError(f"--slurm {slurm}: cannot be read ({str(error).lower()}).") from None


def _listed(seeds: str) -> str:
    """Write `0-2,5` as `0,1,2,5`; anything else is left for the check of seeds to refuse."""

    def whole(match: re.Match[str]) -> str:
        return ",".join(map(str, range(int(match[1]), int(match[2]) + 1)))

    return re.sub(r"\b(\d{1,6})-(\d{1,6})\b", whole, seeds)


COMMAND = Command(paper, example="quiescent paper --scale small --seeds 0-2")
