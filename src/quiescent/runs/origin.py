"""The origin of a run that was imported: `imported.json` in its folder. Imports no PyTorch, which takes a second."""

import json
from typing import NamedTuple

from quiescent.errors import QuiescentError
from quiescent.machine.files import read_file, writing
from quiescent.machine.records import parse_record
from quiescent.runs.run import Run


class Origin(NamedTuple):
    """The file that a network was imported from, as it was named then, and the checksum of its contents."""

    file: str
    sha256: str


def read_origin(run: Run) -> Origin | None:
    """Read where a run was imported from; None if it was trained here.

    Raises `QuiescentError` if that is written, but cannot be read.
    """
    path = run.folder / _NAME
    contents = read_file(path)
    if contents is None:
        return None
    try:
        return parse_record(contents, Origin)
    except ValueError as error:
        raise QuiescentError(f"{path} is damaged ({error}).") from None


def write_origin(run: Run, origin: Origin) -> None:
    """Write where a run was imported from."""
    file = origin.file if origin.file.isprintable() else ascii(origin.file)
    with writing(run.folder / _NAME) as temporary:
        temporary.write_text(json.dumps(origin._replace(file=file)._asdict()) + "\n", encoding="utf-8")


def require_trained_here(run: Run) -> None:
    """Raise `QuiescentError` for an imported run: there is no state of an optimizer that training could go on from."""
    origin = read_origin(run)
    if origin:
        raise QuiescentError(
            f"{run.folder} was imported from {origin.file}: it is finished, and cannot be trained, since that file "
            "holds no state of an optimizer. Choose another folder with --out."
        )


_NAME = "imported.json"
