"""`quiescent configs`."""

from quiescent.terminal.commands.command import Command, open_console


def configs() -> None:
    """List the configurations that ship with the package."""
    from quiescent.terminal.layout import show
    from quiescent.terminal.tables import configurations_table

    show(open_console(), configurations_table())


COMMAND = Command(configs, example="quiescent configs")
