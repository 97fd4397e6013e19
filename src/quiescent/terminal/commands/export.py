"""`quiescent export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from quiescent.terminal.commands.arguments import Device, Noise, Runs, Sigma2, split_runs
from quiescent.terminal.commands.command import Command, open_console


def export(
    runs: Runs,
    to: Annotated[
        Literal["nwb", "pynapple", "csv", "weights"],
        typer.Option(
            help="nwb: a file of Neurodata Without Borders. pynapple: npz files. csv: decoded paths. weights."
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder to write into. Default: exports, beside the runs.")] = None,
    trials: Annotated[int, typer.Option(min=1, help="Trials awake, and as many at rest.")] = 50,
    steps: Annotated[int, typer.Option(min=1, help="Steps of a trial at rest.")] = 500,
    noise: Noise = None,
    sigma2: Sigma2 = None,
    device: Device = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
) -> None:
    """Write what finished networks do awake and at rest, or their weights, as standard files for other programs."""
    from quiescent.evaluation.export import Watched, destinations
    from quiescent.evaluation.export import export as export_run
    from quiescent.runs.find import find_runs
    from quiescent.terminal.bars import waiting

    console = open_console()
    asked, words = split_runs(runs, noise, sigma2)
    subjects, watched = find_runs(words), Watched(trials, steps, asked)
    paths = destinations(subjects, to, out or subjects[0].folder.parent / "exports", overwrite=overwrite)
    for run, path in paths.items():
        with waiting(console, f"exporting {run.folder}"):
            written = export_run(run, to, path, watched, device=device)
        size = sum(file.stat().st_size for file in written) / 1e6
        console.print(f"{path}: {size:.3g} MB" + f" in {len(written)} files" * (len(written) > 1))
    if to != "weights":
        hidden = "" if to == "csv" else ", with hidden states"
        console.print(f"Each has {trials} trials awake and {trials} at rest ({steps} steps){hidden}.")


COMMAND = Command(export, example="quiescent export spatial_navigation/noisy_unbiased seed=0 --to nwb")
