"""Temporary files that killed processes left behind: told by their names, and removed."""

import contextlib
import re
import time
from pathlib import Path

from quiescent.errors import QuiescentError
from quiescent.machine.files import list_folder
from quiescent.machine.process import began

LEFT = 60.0  # s without a change, after which no process on another machine writes a file any more
NAME = re.compile(r"\..+\.(\d{1,10})\.tmp|\.now\.(\d{1,10})\.\d+", re.ASCII)


def clear_leftovers(folder: Path, *, age: float = LEFT) -> None:
    """Remove temporary files in a folder whose process is not of this machine's living, and that have not changed.

    `age` is for how long they have not (s); 0 is for folders in which only this process writes.
    """
    with contextlib.suppress(OSError, QuiescentError):  # no harm is done by one that stays
        for path in list_folder(folder):
            match = NAME.fullmatch(path.name)
            if match and began(int(match[1] or match[2])) < 0 and _unchanged_for(path) >= age:
                path.unlink(missing_ok=True)


def _unchanged_for(path: Path) -> float:
    return abs(time.time() - path.stat().st_mtime)
