"""`quiescent measure`."""

import shlex
from typing import Annotated

import typer

from quiescent.terminal.commands.arguments import (
    Device,
    Noise,
    Processes,
    Runs,
    Sigma2,
    complete_measures,
    split_runs,
)
from quiescent.terminal.commands.command import Command, open_console


def measure(
    name: Annotated[str, typer.Argument(help="A measure, such as kl.", autocompletion=complete_measures)],
    runs: Runs,
    noise: Noise = None,
    sigma2: Sigma2 = None,
    device: Device = None,
    jobs: Processes = None,
    controls: Annotated[
        bool, typer.Option("--controls", help="Beside networks, what a dead, a random and a perfect one would score.")
    ] = False,
    windows: Annotated[
        bool, typer.Option("--windows", help="Rest in four windows too: steps 0-100, 100-200, 200-1000, 1000-2000.")
    ] = False,
) -> None:
    """Measure finished runs at rest, print a table, and store the numbers with the runs; only what is missing."""
    from quiescent.controls import CONTROLS
    from quiescent.evaluation.evaluate import measure as measure_runs
    from quiescent.evaluation.stored import file_name
    from quiescent.figures import FIGURES
    from quiescent.jobs.missing import measuring_jobs
    from quiescent.measures import MEASURES
    from quiescent.measures.measure import PAPER
    from quiescent.runs.find import find_runs
    from quiescent.terminal.layout import show
    from quiescent.terminal.measuring import do_measuring
    from quiescent.terminal.results import result_tables

    console = open_console()
    asked, words = split_runs(runs, noise, sigma2)
    subjects, beside = find_runs(words), list(CONTROLS) if controls else []
    missing = measuring_jobs([name], subjects, asked, controls=beside)
    do_measuring(console, f"measuring {name}", missing, processes=jobs, device=device)
    result = measure_runs(name, subjects, rest=asked.chosen, device=device, reuse=True, controls=beside or None)
    if "window" in result.dims and not windows:
        result = result.sel(window=PAPER, drop=True)
    show(console, *result_tables(result, name, console.width))
    file = file_name(name, rest=asked.label(MEASURES[name].phases))
    console.print(f"\nStored as measures/{file} in {len(subjects)} run folder{'s' * (len(subjects) > 1)}.")
    for figure, drawing in FIGURES.items():
        if name in getattr(drawing, "measures", ()):
            console.print(f"Draw it: {shlex.join(['quiescent', 'draw', figure, *runs])}")


COMMAND = Command(measure, example="quiescent measure kl spatial_navigation/noisy_unbiased seed=0,1")
