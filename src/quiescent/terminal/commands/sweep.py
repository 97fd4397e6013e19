"""`quiescent sweep`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.arguments import Device, Jobs, On, complete_configurations
from quiescent.terminal.commands.command import Command, open_console


def sweep(
    words: Annotated[
        list[str],
        typer.Argument(
            help="Configurations, and values: seed=0..9, network.units=64,128. With --on slurm also partition=, time=, "
            "cpus=, gpus=, gpu_memory=, memory=, account=, qos=, constraint=, options=, setup=, address=.",
            autocompletion=complete_configurations,
            metavar="CONFIGURATION... [KEY=VALUES]...",
        ),
    ],
    on: On = "local",
    jobs: Jobs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print plan, cost and folders, and stop.")] = False,
    measures: Annotated[str, typer.Option(help="What is measured of every network.")] = "kl,variance,distance",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of results, with the runs in it. Default: sweeps/..., with the runs in runs/."),
    ] = None,
    device: Device = None,
) -> None:
    """Train and measure every combination of values, on this machine or a cluster; only what is missing."""
    from quiescent.jobs.places import choose_place
    from quiescent.jobs.slurm import split_slurm
    from quiescent.studies.sweep.preview import preview_sweep

    names = list(dict.fromkeys(name.strip() for name in measures.split(",") if name.strip()))
    grid, allocation = split_slurm(words, on)
    place = choose_place(on, jobs, device, allocation)
    if dry_run:
        preview_sweep(grid, open_console(), measures=names, place=place, out=out)
        return

    from quiescent.studies.sweep.run import run_sweep

    if not run_sweep(grid, open_console(), measures=names, place=place, out=out):
        raise typer.Exit(1)


COMMAND = Command(
    sweep, example="quiescent sweep spatial_navigation/noisy_unbiased seed=0..4 network.sigma2_rec=1e-5,1e-4"
)
