"""Lines on a recording, before it is trained on or when it is inspected."""

from rich.console import Console

from quiescent.recordings.summary import Facts, one_line, six_lines, warnings_of
from quiescent.tasks import Recorded, Task

WIDTH = 9  # characters before what a line says


def tell(console: Console, task: Task) -> None:
    """Print a line on the recording behind a task, if there is one of the user's, and what looks wrong with it."""
    if isinstance(task, Recorded) and task.path is not None:
        console.print(one_line(task.facts))
        _warn(console, task, task.facts)


def tell_all(console: Console, task: Recorded) -> None:
    """Print the six lines on a recording, and what looks wrong with it."""
    facts = task.facts
    console.print(f"{facts.path}")
    for name, text in six_lines(facts).items():
        console.print(f"{name:<{WIDTH}}{text}")
    _warn(console, task, facts)


def _warn(console: Console, task: Recorded, facts: Facts) -> None:
    field = task.place_cells.width if task.use_place_cells and not facts.circle else None
    for warning in warnings_of(facts, field):
        console.print(f"{'warning':<{WIDTH}}{warning}")
