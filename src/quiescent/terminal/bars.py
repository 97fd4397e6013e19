"""Progress bars of trainings and of steps of any kind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

if TYPE_CHECKING:
    from quiescent.training.loop import Progress as TrainingProgress

WIDE = 70  # characters from which on there is room for everything


@contextmanager
def progress_bar(
    console: Console, title: str, *, total: int, done: int = 0
) -> Iterator[Callable[["TrainingProgress"], None]]:
    """Show a bar of training, in batches of one network each, with the time left; yields what `train` reports to."""
    console.print(title)
    with _bar(console, TextColumn("{task.fields[note]}", markup=False)) as bar:
        task = bar.add_task("", total=total, completed=done, note="")

        def report(progress: "TrainingProgress") -> None:
            bar.update(task, advance=len(progress.losses), note=f"loss {max(progress.losses):.3g}")

        yield report


@contextmanager
def steps_bar(console: Console, title: str, *, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar of a number of steps; yields what is called when one is done."""
    console.print(title)
    with _bar(console) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


@contextmanager
def waiting(console: Console, title: str) -> Iterator[None]:
    """Show that something takes a while."""
    with console.status(Text(title)):
        yield


def _bar(console: Console, *more: ProgressColumn) -> Progress:
    room = console.width >= WIDE
    columns: list[ProgressColumn] = [
        BarColumn(bar_width=30 if room else 10),
        MofNCompleteColumn(),
        *([TimeElapsedColumn()] if room else []),
        TextColumn("left"),
        TimeRemainingColumn(),
        *(more if room else ()),
    ]
    return Progress(*columns, console=console)
