"""Commands of the program. One file and one line here per command; heavy imports wait until a command runs."""

from quiescent.terminal.commands import (
    configs,
    demo,
    draw,
    export,
    import_,
    inside,
    inspect,
    measure,
    paper,
    plot,
    runs,
    study,
    sweep,
    train,
    watch,
)
from quiescent.terminal.commands.command import Command

COMMANDS: dict[str, Command] = {
    "train": train.COMMAND,
    "sweep": sweep.COMMAND,
    "plot": plot.COMMAND,
    "configs": configs.COMMAND,
    "inspect": inspect.COMMAND,
    "measure": measure.COMMAND,
    "draw": draw.COMMAND,
    "watch": watch.COMMAND,
    "inside": inside.COMMAND,
    "export": export.COMMAND,
    "runs": runs.COMMAND,
    "import": import_.COMMAND,
    "demo": demo.COMMAND,
    "paper": paper.COMMAND,
    "study": study.COMMAND,
}
EARLIER_NAMES = {"figure": "draw"}  # that keep working, unlisted

__all__ = ["COMMANDS", "EARLIER_NAMES", "Command"]
