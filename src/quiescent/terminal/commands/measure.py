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
) -> None:
    """Measure finished runs at rest, print a table, and store the numbers with the runs."""
    from quiescent.evaluation.evaluate import measure as measure_runs
    from quiescent.figures import FIGURES
    from quiescent.runs.find import find_runs
    from quiescent.terminal.bars import waiting
    from quiescent.terminal.layout import show
    from quiescent.terminal.results import result_tables

    console = open_console()
    subjects = find_runs(runs)
    with waiting(console, f"measuring {name}"):
        result = measure_runs(name, subjects, noise=noise_at_rest(noise), sigma2=sigma2, device=device)
    show(console, *result_tables(result, name, console.width))
    console.print(f"\nStored as measures/{name}.nc in {len(subjects)} run folder{'s' * (len(subjects) > 1)}.")
    for figure, drawing in FIGURES.items():
        if name in getattr(drawing, "measures", ()):
            console.print(f"Draw it: {shlex.join(['quiescent', 'draw', figure, *runs])}")


COMMAND = Command(measure, example="quiescent measure kl spatial_navigation/noisy_unbiased seed=0,1")
