"""The command line: words in, rooms called, prints, exit codes. No logic of its own."""

import io
import os
import re
import sys
import warnings
from typing import Annotated

import typer

from quiescent import __version__
from quiescent.errors import EngineLost, QuiescentError, printable
from quiescent.terminal.commands import COMMANDS, EARLIER_NAMES

app = typer.Typer(
    help="Train noisy recurrent networks to know where they are, cut their input, and see what they replay.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for name, command in COMMANDS.items():
    app.command(name, epilog=f"Example: {command.example}")(command.function)
for name, present in EARLIER_NAMES.items():
    app.command(name, hidden=True)(COMMANDS[present].function)


def say_version(asked: bool | None) -> bool | None:
    """Print the version and end, if asked to."""
    if asked:
        print(f"quiescent {__version__}")
        raise typer.Exit
    return asked


@app.callback()
def begin(
    version: Annotated[
        bool | None, typer.Option("--version", callback=say_version, is_eager=True, help="Print the version and exit.")
    ] = None,
) -> None:
    """Take what stands before a command."""


def at_home(word: str) -> str:
    """Put the home folder in the place of ~ after an equals sign, where shells leave it."""
    return re.sub(r"^([\w.-]+=)~(?=/)", lambda match: match[1] + os.path.expanduser("~"), word)


def main() -> None:
    """Run the program: mistakes of the user end in one line each and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # one whose code lacks a sign must not end a measurement
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = lambda message, *_: print(f"quiescent: warning: {message}", file=sys.stderr)
    try:
        sys.argv[1:] = map(at_home, sys.argv[1:])
        app()
    except QuiescentError as error:
        for line in str(error).splitlines():
            print(f"quiescent: {line}", file=sys.stderr)
        if isinstance(error, EngineLost):
            os._exit(1)  # threads that wait for it would never end
        sys.exit(2)
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not re.search("allocate memory|out of memory", str(error)):
            raise
        print("quiescent: not enough memory; try fewer units, cells, trials or seeds at once", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"quiescent: {printable(error.filename)}: {error.strerror}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("quiescent: stopped", file=sys.stderr)
        sys.exit(130)
