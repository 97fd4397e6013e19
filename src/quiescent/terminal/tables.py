"""Tables of configurations and of runs. Imports neither PyTorch nor pydantic, so that these tables come at once."""

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from quiescent.config.named import names, read_named
from quiescent.errors import QuiescentError
from quiescent.machine.lease import holder
from quiescent.runs.checkpoints import whole
from quiescent.runs.origin import read_origin
from quiescent.runs.run import SEED_FOLDER, Run
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import mean_and_spread, ranges

if TYPE_CHECKING:
    from quiescent.spaces import Space


def configurations_table() -> Table:
    """List the configurations that ship with the package, with what sets them apart."""
    rows = []
    for name in names():
        settings = read_named(name)
        network = settings["network"]
        rows.append(
            [
                name,
                f"{network['kind']} {network['units']}",
                f"{network['dt'] / network['tau']:g}",
                _power(network["sigma2_rec"]),
                str(settings["task"]["steps"]),
                str(settings["training"]["batches"]),
            ]
        )
    columns = ["configuration", "network", "dt/τ", "noise", "steps", "batches"]
    return Table(columns, rows, caption="network: kind and units; noise: its variance per step; steps: of a trial.")


def _power(value: float) -> str:
    """Write a variance as papers do, which is short: 1e-4."""
    return f"{value:.1e}".replace(".0e", "e").replace("e-0", "e-") if value else "0"


class _Row(NamedTuple):
    """Folder, batches and state of runs that share a row of a table."""

    folder: Path
    batches: str
    state: str


def runs_table(runs: Sequence[Run], space: "Space | None" = None) -> Table:
    """List runs, one row per folder and state: their seeds, batches done, and error of the newest test.

    Folders are quoted as a shell needs them. Errors are in the unit that people think in if `space` is given, or else
    in that of the variable, which is known to the task only. What is odd, such as the copies that programs make which
    keep folders alike, is listed with the reason.
    """
    unit, scale = space.display if space else ("m or rad", 1.0)
    groups: dict[_Row, list[tuple[int | None, float]]] = {}
    reasons = []
    for run in runs:
        try:
            shared, seed, error = _standing_of(run)
        except QuiescentError as reason:
            shared, seed, error = _Row(run.folder, "-", "odd"), None, math.nan
            reasons.append(str(reason))
        groups.setdefault(shared, []).append((seed, scale * error))
    rows = []
    for shared, members in groups.items():
        seeds = ranges([seed for seed, _ in members if seed is not None]) or "-"
        errors = mean_and_spread(error for _, error in members)
        rows.append([shlex.quote(str(shared.folder)), seeds, shared.batches, errors, shared.state])
    columns = ["folder", "seeds", "batches", f"rms error ({unit})", "state"]
    return Table(columns, rows, caption="\n".join(f"odd: {reason}" for reason in reasons))


def _standing_of(run: Run) -> tuple[_Row, int | None, float]:
    if not SEED_FOLDER.fullmatch(run.folder.name):
        raise QuiescentError(f"{run.folder}: the folder of a run must be named seed_NUMBER.")
    settings = run.settings()
    done, wanted, metrics = _batches_of(run), run.batches_wanted(settings), run.metrics()
    state = "finished" if done >= wanted else "unfinished" if done else "not started"
    state = "imported" if done >= wanted and read_origin(run) else state
    state = "in training" if holder(run.folder) else state
    error = math.sqrt(metrics[-1].error) if metrics else math.nan
    seed = settings.get("seed")
    return _Row(run.folder.parent, f"{done}/{wanted}", state), seed if isinstance(seed, int) else None, error


def _batches_of(run: Run) -> int:
    # Whoever works with a checkpoint reads and checks all of it; of thousands that would take minutes.
    newest = next((path for path in reversed(run.checkpoints()) if whole(path)), None)
    return int(newest.stem.removeprefix("batch_")) if newest else 0
