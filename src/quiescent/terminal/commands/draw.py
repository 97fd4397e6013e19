"""`quiescent draw`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.arguments import (
    Device,
    Noise,
    Processes,
    Runs,
    Sigma2,
    complete_figures,
    split_runs,
)
from quiescent.terminal.commands.command import Command, open_console


def draw(
    name: Annotated[str, typer.Argument(help="A figure, such as density.", autocompletion=complete_figures)],
    runs: Runs,
    noise: Noise = None,
    sigma2: Sigma2 = None,
    device: Device = None,
    jobs: Processes = None,
    out: Annotated[Path | None, typer.Option(help="File to write (.png, .pdf, .svg). Default: with the runs.")] = None,
) -> None:
    """Draw runs awake and at rest, or their learning curves."""
    from quiescent.evaluation.draw import draw as draw_runs
    from quiescent.evaluation.draw import measures_drawn
    from quiescent.figures.style import save
    from quiescent.jobs.missing import measuring_jobs
    from quiescent.runs.find import find_runs
    from quiescent.terminal.bars import waiting
    from quiescent.terminal.measuring import do_measuring

    console = open_console()
    asked, words = split_runs(runs, noise, sigma2)
    subjects = find_runs(words)
    missing = measuring_jobs(measures_drawn(name, subjects), subjects, asked)
    do_measuring(console, f"measuring for {name}", missing, processes=jobs, device=device)
    with waiting(console, f"drawing {name}"):
        figure = draw_runs(name, subjects, rest=asked.chosen, device=device)
    folder = subjects[0].folder.parent / "figures"
    for path in [out] if out else [folder / f"{name}.png", folder / f"{name}.pdf"]:
        save(figure, path)
        console.print(str(path))


COMMAND = Command(draw, example="quiescent draw trajectories spatial_navigation/noisy_unbiased seed=0")
