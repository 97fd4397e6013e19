"""`quiescent study`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from quiescent.terminal.commands.arguments import Device, Jobs, On, allocation_of, seeds_of
from quiescent.terminal.commands.command import Command, open_console


def study(
    name: Annotated[Literal["dynamics"], typer.Argument(help="dynamics: friction and adaptation at rest.")],
    seeds: Annotated[str, typer.Option(help="Seeds of all networks: 0-4, or 0,2,5.")] = "0-4",
    scale: Annotated[
        Literal["small", "full"], typer.Option(help="Networks that take minutes, or those of the paper's size.")
    ] = "small",
    jobs: Jobs = None,
    on: On = "local",
    slurm: Annotated[
        str, typer.Option(help="With --on slurm, what an allocation is: 'partition=long time=08:00:00 cpus=8'.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of runs and report. Default: NAME-SCALE.")] = None,
    device: Device = None,
) -> None:
    """Ask one question of many networks, with controls and verdicts; go on where that was interrupted."""
    from quiescent.jobs.places import choose_place
    from quiescent.studies.dynamics.design import SCALES
    from quiescent.studies.dynamics.run import run_dynamics

    command = shlex.join(["quiescent", *sys.argv[1:]])
    place = choose_place(on, jobs, device, allocation_of(slurm, on))
    folder = out or Path(f"{name}-{scale}")
    run_dynamics(folder, SCALES[scale], seeds_of(seeds), open_console(), place=place, command=command)


COMMAND = Command(study, example="quiescent study dynamics")
