"""Commands of the program: what their help says."""

import inspect
import typing
from typing import Any

import typer

from generate.markdown import code, codes, section, table
from quiescent.cli import app
from quiescent.terminal.commands import COMMANDS


def commands() -> str:
    """Write one section per command, with its arguments and options."""
    program = typer.main.get_command(app)
    return "\n".join(_command(name, program.commands[name]) for name in COMMANDS)


def _command(name: str, command: Any) -> str:
    arguments, options = [], []
    for one in command.params:
        if isinstance(one, typer.core.TyperArgument):
            arguments.append([code(one.metavar or one.name.upper()), one.help or ""])
        elif "--help" not in one.opts:
            options.append([codes(_spellings(one)), one.help or "", _default(one)])
    return section(
        2,
        code(name),
        inspect.cleandoc(command.help),
        f"```sh\n{COMMANDS[name].example}\n```",
        table(["argument", "what it is"], arguments) if arguments else "",
        _options(options),
        label=f"command-{name}",
    )


def _options(rows: list[list[str]]) -> str:
    columns = ["option", "what it says", "default"]
    number = 3 if any(row[2] for row in rows) else 2
    return table(columns[:number], [row[:number] for row in rows]) if rows else ""


def _spellings(option: Any) -> list[str]:
    choices = typing.get_args(option.type_descriptor.annotation) if not option.is_flag else ()
    kind = "" if option.is_flag else f" {'|'.join(choices) or option.metavar or option.name.upper()}"
    return [f"{word}{kind}" for word in [*option.opts, *option.secondary_opts]]


def _default(option: Any) -> str:
    unsaid = option.is_flag or option.default in (None, "")
    return "" if unsaid else code(str(option.default))
