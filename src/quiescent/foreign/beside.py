"""Files beside a checkpoint of the authors' code, and their names: tests, batches and seed, which it does not hold."""

import json
import re
from pathlib import Path
from typing import Any

from quiescent.errors import QuiescentError, printable
from quiescent.machine.files import read_file
from quiescent.machine.records import parse_record
from quiescent.runs.log import Metrics
from quiescent.spaces import Space

METRICS = "test_metrics.json"


def read_tests(path: Path, space: Space) -> list[Metrics]:
    """Read the tests beside a checkpoint; none if they are not there, or without decoding errors.

    Theirs is a mean over coordinates, ours a squared distance: it is multiplied by the number of dimensions.
    Raises `QuiescentError`, which names the file, if it holds anything else.
    """
    metrics = path.with_name(METRICS)
    contents = read_file(metrics)
    if contents is None:
        return []
    name = "hd_mse" if space.kind == "circle" else "pos_mse"
    try:
        entries = json.loads(contents)
        if not isinstance(entries, dict):
            raise ValueError("must hold tests by batch")
        tests = [_test(batch, entry, name, len(space.bounds)) for batch, entry in entries.items()]
    except (ValueError, RecursionError) as error:
        raise QuiescentError(f"{metrics}: is not what the authors' code writes ({printable(error)}).") from None
    return sorted(test for test in tests if test is not None)


def _test(batch: str, entry: Any, name: str, dims: int) -> Metrics | None:
    if not isinstance(entry, dict) or not entry.keys() <= {"loss", name} or "loss" not in entry:
        raise ValueError(f"batch {batch} must have a loss and {name}")
    if not re.fullmatch(r"\d{1,9}", batch, re.ASCII):
        raise ValueError(f"{batch!r} is no number of a batch")
    if name not in entry:
        return None
    test = parse_record(json.dumps({"batch": int(batch), "loss": entry["loss"], "error": entry[name]}), Metrics)
    if test.loss < 0 or test.error < 0:
        raise ValueError(f"batch {batch} has an error below zero")
    return test._replace(error=dims * test.error)


def batches_of(path: Path, tests: list[Metrics]) -> int:
    """Tell how many batches a checkpoint is of: its name says so, or else the newest test beside it.

    Raises `QuiescentError` if neither does.
    """
    number = re.fullmatch(r".*_(\d{1,9})", path.stem, re.ASCII)
    batches = int(number[1]) if number else max((test.batch for test in tests), default=0)
    if not batches:
        raise QuiescentError(
            f"{path}: after how many batches was it saved? Name it model_BATCHES.pt, or put its {METRICS} beside it."
        )
    return batches


def seed_of(path: Path) -> int | None:
    """Tell the seed of a checkpoint, which the authors' code writes at the end of its folder's name; None: unknown."""
    number = re.fullmatch(r".*_(\d{1,9})", path.absolute().parent.name, re.ASCII)
    return int(number[1]) if number else None
