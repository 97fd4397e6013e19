"""The test log of a run, `metrics.jsonl`: one line of JSON per test. Imports no PyTorch, which takes a second."""

import json
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from quiescent.errors import QuiescentError
from quiescent.machine import files
from quiescent.machine.records import parse_record

LOG = "metrics.jsonl"


class Metrics(NamedTuple):
    """One test of a network: the loss that it is trained by, and mean squared decoding error (m^2 or rad^2).

    `training_error` is that of trials of the behaviour that is trained on; None where no behaviour is held out.
    """

    batch: int
    loss: float
    error: float
    training_error: float | None = None


class DamagedLog(UserWarning):
    """A test log of which some lines cannot be trusted; the others are used."""


class _Lines(NamedTuple):
    """Tests that were read, in order and the last of each batch, and what is wrong with the first damaged line."""

    tests: list[Metrics]
    problem: str | None


def read_log(path: Path) -> list[Metrics]:
    """Read a log, one entry per test; a last line that a crash cut short is left out.

    Raises `QuiescentError`, which names the line, if any other is damaged.
    """
    tests, problem = _read(path)
    if problem:
        raise QuiescentError(
            f"{path} is damaged ({problem}). Remove that line, or go on training, which sets it aside."
        )
    return tests


def append_test(path: Path, test: Metrics) -> None:
    """Add a test to a log."""
    files.append(path, _line(test))


def truncate_log(path: Path, batch: int, ask: Callable[[], None] = files.ask_nobody) -> None:
    """Forget tests after `batch`, which a resumed training will repeat; `ask` may forbid it at the last."""
    write_log(path, [test for test in read_log(path) if test.batch <= batch], ask)


def set_damaged_log_aside(path: Path, ask: Callable[[], None] = files.ask_nobody) -> None:
    """Keep a damaged log beside one of its good lines, with a warning that says so."""
    tests, problem = _read(path)
    if problem is None:
        return
    aside = path.with_name(f"{path.name}.damaged")
    with files.writing(aside, ask) as temporary:
        temporary.write_bytes(files.read_file(path) or b"")
    write_log(path, tests, ask)
    warnings.warn(
        f"{path} is damaged ({problem}): kept as {aside.name}; its good lines, {len(tests)} tests, are used.",
        DamagedLog,
        stacklevel=2,
    )


def _read(path: Path) -> _Lines:
    tests: dict[int, Metrics] = {}
    problem = None
    lines = (files.read_file(path) or b"").rstrip(b"\n").split(b"\n")
    for number, line in enumerate(lines, start=1):
        if number == len(lines) and not line.endswith(b"}"):
            break
        try:
            test = _checked(parse_record(line, Metrics))
            tests[test.batch] = test
        except ValueError as error:
            problem = problem or f"line {number}: {error}"
    return _Lines([tests[batch] for batch in sorted(tests)], problem)


def _checked(test: Metrics) -> Metrics:
    for name in ("loss", "error", "training_error"):
        value = getattr(test, name)
        if value is not None and value < 0:
            raise ValueError(f"{name} must be >= 0, but is {value:g}")
    return test


def write_log(path: Path, tests: Iterable[Metrics], ask: Callable[[], None] = files.ask_nobody) -> None:
    """Write a log anew, complete or not at all; `ask` may forbid it at the last."""
    with files.writing(path, ask) as temporary:
        temporary.write_bytes(b"".join(map(_line, tests)))


def _line(test: Metrics) -> bytes:
    told = {name: value for name, value in test._asdict().items() if value is not None}
    return json.dumps(told).encode() + b"\n"
