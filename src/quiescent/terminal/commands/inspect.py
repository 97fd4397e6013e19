"""`quiescent inspect`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.errors import QuiescentError
from quiescent.terminal.commands.command import Command, open_console

BASE = "recorded/sargolini"  # whose settings count where no others are given


def inspect(
    file: Annotated[
        str, typer.Argument(help="A recording: csv, tsv, txt (also gz), npz, h5, nc, nwb.", metavar="FILE")
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Settings of the task, such as task.fps=30.", metavar="[KEY=VALUE]..."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Picture to write (.png, .pdf, .svg). Default: beside FILE.")] = None,
) -> None:
    """Say how a recording is read: six lines, warnings in plain words, and one picture."""
    from quiescent.config.load import load_config
    from quiescent.figures.recording import draw_recording
    from quiescent.figures.style import save
    from quiescent.tasks import Recorded
    from quiescent.terminal.recordings import tell_all

    console = open_console()
    task = load_config(BASE, f"task.path={file}", *(words or [])).task
    assert isinstance(task, Recorded)
    tell_all(console, task)
    figure = draw_recording(*task.drawn(), Path(file).name)
    beside = Path(f"{file}.png")
    try:
        save(figure, out or beside)
        console.print(f"{'picture':<9}{out or beside}")
    except QuiescentError:
        if out is not None:
            raise
        here = Path(beside.name)  # the recording lies where nothing may be written
        save(figure, here)
        console.print(f"{'picture':<9}{here}")


COMMAND = Command(inspect, example="quiescent inspect my_rat.csv task.fps=30 task.unit=cm")
