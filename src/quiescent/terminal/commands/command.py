"""A command: a function whose arguments typer reads from the command line, and an example of its use."""

from collections.abc import Callable
from typing import Any, NamedTuple

from rich.console import Console


class Command(NamedTuple):
    """A function whose docstring is the help text, and a command line that shows how to use it."""

    function: Callable[..., Any]
    example: str


def open_console() -> Console:
    """Open the console that commands print to: it takes text as it is, since users' folders may look like markup."""
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
