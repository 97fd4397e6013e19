"""`quiescent inside`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.arguments import Device, Processes, Runs
from quiescent.terminal.commands.command import Command, open_console


def inside(
    runs: Runs,
    out: Annotated[Path | None, typer.Option(help="Folder to write into. Default: inside, beside the runs.")] = None,
    jobs: Processes = None,
    device: Device = None,
) -> None:
    """Write one page per network of what is inside it: slow points, flow, diffusion, exponents, topology, tuning."""
    from quiescent.runs.find import find_runs
    from quiescent.runs.open import require_finished
    from quiescent.studies.inside.page import inside_jobs, write_inside
    from quiescent.terminal.bars import waiting
    from quiescent.terminal.measuring import do_measuring

    console = open_console()
    subjects = find_runs(runs)
    for run in subjects:
        require_finished(run)
    do_measuring(console, "looking inside", inside_jobs(subjects), processes=jobs, device=device)
    for run in subjects:
        folder = out or run.folder.parent / "inside"
        with waiting(console, f"drawing {run.folder}"):
            page = write_inside(folder / f"{run.folder.parent.name}_{run.folder.name}.html", run, device=device)
        console.print(str(page), soft_wrap=True)


COMMAND = Command(inside, example="quiescent inside example/with_biases")
