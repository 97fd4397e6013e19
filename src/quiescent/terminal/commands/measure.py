"""`quiescent measure`."""

import shlex
from typing import Annotated

import typer

from quiescent.terminal.commands.arguments import Device, Noise, Runs, Sigma2, complete_measures, noise_at_rest
from quiescent.terminal.commands.command import Command, open_console


def measure(
    name: Annotated[str, typer.Argument(help="A measure, such as kl.", autocompletion=complete_measures)],
    runs: Runs,
    noise: Noise = None,
    sigma2: Sigma2 = None,
    device: Device = None,
    controls: Annotated[
        bool, typer.Option("--controls", help="Beside networks, what a dead, a random and a perfect one would score.")
    ] = False,
    windows: Annotated[
        bool, typer.Option("--windows", help="Rest in four windows too: steps 0-100, 100-200, 200-1000, 1000-2000.")
    ] = False,
) -> None:
    """Measure finished runs at rest, print a table, and store the numbers with the runs."""
    from quiescent.controls import CONTROLS
    from quiescent.evaluation.evaluate import measure as measure_runs
    from quiescent.figures import FIGURES
    from quiescent.measures.measure import PAPER
    from quiescent.runs.find import find_runs
    from quiescent.terminal.bars import waiting
    from quiescent.terminal.layout import show
    from quiescent.terminal.results import result_tables

    console = open_console()
    subjects = find_runs(runs)
    with waiting(console, f"measuring {name}"):
        beside = list(CONTROLS) if controls else None
        level = noise_at_rest(noise)
        result = measure_runs(name, subjects, noise=level, sigma2=sigma2, device=device, controls=beside)
    if "window" in result.dims and not windows:
        result = result.sel(window=PAPER, drop=True)
    show(console, *result_tables(result, name, console.width))
    console.print(f"\nStored as measures/{name}.nc in {len(subjects)} run folder{'s' * (len(subjects) > 1)}.")
    for figure, drawing in FIGURES.items():
        if name in getattr(drawing, "measures", ()):
            console.print(f"Draw it: {shlex.join(['quiescent', 'draw', figure, *runs])}")


COMMAND = Command(measure, example="quiescent measure kl spatial_navigation/noisy_unbiased seed=0,1")
