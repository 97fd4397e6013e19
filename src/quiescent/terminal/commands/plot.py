"""`quiescent plot`."""

from pathlib import Path
from typing import Annotated

import typer

from quiescent.terminal.commands.command import Command, open_console


def plot(
    sweep: Annotated[Path, typer.Argument(help="The folder of a sweep.")],
    measure: Annotated[str, typer.Argument(help="A measure that it made, such as kl.")],
    key: Annotated[str, typer.Argument(help="What was swept and goes along the x axis.")],
    words: Annotated[
        list[str] | None, typer.Argument(help="Values of other keys, to draw those only.", metavar="[KEY=VALUE]...")
    ] = None,
    phase: Annotated[str, typer.Option(help="Such as quiescent, noise_added, random.")] = "quiescent",
    reading: Annotated[str, typer.Option(help="all, or valid: steps with a valid code only.")] = "all",
    out: Annotated[Path | None, typer.Option(help="File to write (.png, .pdf, .svg). Default: in the sweep.")] = None,
) -> None:
    """Draw a measure of a sweep against what was swept, with intervals over seeds."""
    from quiescent.figures.style import save
    from quiescent.studies.sweep.draw import draw_sweep
    from quiescent.studies.sweep.results import load_results, select

    figure = draw_sweep(select(load_results(sweep), words or []), measure, key, phase=phase, reading=reading)
    path = out or sweep / "figures" / f"{measure}_against_{key}.png"
    save(figure, path)
    open_console().print(str(path))


COMMAND = Command(plot, example="quiescent plot sweeps/noise kl network.sigma2_rec network.units=64")
