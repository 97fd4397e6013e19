"""Recordings behind runs: known by their content, wherever they lie."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from quiescent.errors import QuiescentError
from quiescent.recordings.place import checksum
from quiescent.runs.open import read_config, write_config
from quiescent.runs.run import Run
from quiescent.tasks.recorded import Recorded


def relocate(runs: Sequence[Run], file: Path) -> list[Run]:
    """Note in runs that their recording lies elsewhere now; returns those that were made from this very content.

    Raises `QuiescentError`, with the checksums, if none was.
    """
    found = checksum(file)
    moved, others = [], set()
    for run in runs:
        with contextlib.suppress(QuiescentError):  # of odd folders, which `quiescent runs` lists
            config = read_config(run)
            if isinstance(config.task, Recorded) and config.task.checksum == found:
                write_config(run, config.model_copy(update={"task": config.task.at(file)}))
                moved.append(run)
            elif isinstance(config.task, Recorded) and config.task.checksum:
                others.add(config.task.checksum)
    if not moved:
        theirs = f"Their recordings have {', '.join(sorted(others))}" if others else "None notes a recording's checksum"
        raise QuiescentError(f"--relocate {file}: its checksum is {found}, of which there is no run. {theirs}.")
    return moved
