"""What the command line shows: tables of configurations, runs and results, and a progress bar."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, SupportsFloat

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    import xarray as xr

    from quiescent.runs.run import Run
    from quiescent.training.loop import Progress as TrainingProgress

LISTED = ("reference", "components", "factor")  # dimensions that make columns of a table
UNITS = {"position": ("cm", 100.0), "heading": ("deg", 180 / math.pi)}


def configurations_table() -> Table:
    """Every configuration with what distinguishes it."""
    from quiescent.config.load import load_config
    from quiescent.config.named import names

    table = plain_table("configuration", "network", "dt/tau", "noise", "steps", "batches")
    table.columns[0].no_wrap = True
    for name in names():
        config = load_config(name)
        network = config.network
        table.add_row(
            name,
            f"{network.kind} {network.units}",
            f"{network.dt / network.tau:g}",
            f"{network.sigma2_rec:g}",
            str(config.task.steps),
            str(config.training.batches),
        )
    return table


def runs_table(runs: Sequence["Run"]) -> Table:
    """One row per configuration and state: seeds, batches done, newest test error."""
    from quiescent.config.naming import label
    from quiescent.machine.lease import holder
    from quiescent.runs.run import default_folder

    table = plain_table("configuration", "seeds", "batches", "test error (rms)", "state")
    rows: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for run in runs:
        config = run.config()
        done, wanted = run.batches_done(), config.training.batches
        state = "finished" if done >= wanted else "unfinished" if done else "not started"
        if holder(run.folder):
            state = "in training"
        metrics = run.metrics()
        error = rms_error(metrics[-1].error, config.task.variable) if metrics else "-"
        folder = run.folder.parent
        elsewhere = "" if folder == default_folder(config) else f" in {folder}"
        rows.setdefault((label(config) + elsewhere, f"{done}/{wanted}", state), []).append((config.seed[0], error))
    for (name, batches, state), members in rows.items():
        seeds = ",".join(str(seed) for seed, _ in sorted(members))
        table.add_row(name, seeds, batches, ", ".join(error for _, error in sorted(members)), state)
    return table


def plain_table(*columns: str) -> Table:
    """A table without boxes."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")  # a narrow terminal breaks names, but shows them whole
    return table


def rms_error(mean_square: float, variable: str) -> str:
    """Root mean squared decoding error in a unit that people think in."""
    unit, scale = UNITS[variable]
    return f"{scale * math.sqrt(mean_square):.2g} {unit}"


def result_table(result: "xr.Dataset", measure: str) -> Table:
    """Mean and standard deviation over seeds; a row per condition, phase and reading. Curves and maps are left out."""
    rows = [dim for dim in ("condition", "phase", "reading") if dim in result.dims]
    table = plain_table(*rows)
    table.title = f"{measure}, mean ± sd over {result.sizes['seed']} seed(s)"
    columns: list[tuple[str, dict[str, object]]] = []
    for name, variable in result.data_vars.items():
        rest = [dim for dim in variable.dims if dim not in (*rows, "seed")]
        if str(name).endswith("_stderr") or len(rest) > 1 or (rest and rest[0] not in LISTED):
            continue
        unit = f" ({variable.attrs['unit']})" if variable.attrs.get("unit") else ""
        for label in result[rest[0]].values if rest else [None]:
            columns.append((str(name), {str(rest[0]): label} if rest else {}))
            shown = f"{label:.3g}" if isinstance(label, float) else label
            what = "" if label is None else f" vs {label}" if rest[0] == "reference" else f", {rest[0]} {shown}"
            table.add_column(f"{name}{what}{unit}", justify="right", overflow="fold")
    for labels in itertools.product(*(result[dim].values for dim in rows)):
        row = result.sel(dict(zip(rows, labels, strict=True)))
        cells = [mean_and_spread(row[name].sel(where).values) for name, where in columns]
        if any(cell != "-" for cell in cells):
            table.add_row(*map(str, labels), *cells)
    return table


def mean_and_spread(values: Iterable[SupportsFloat]) -> str:
    """`mean ± sd` of the numbers that are there."""
    there = [value for value in map(float, values) if not math.isnan(value)]
    if not there:
        return "-"
    mean = math.fsum(there) / len(there)
    if len(there) == 1:
        return f"{mean:.3g}"
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in there) / (len(there) - 1))
    decimals = max(0, 1 - math.floor(math.log10(spread))) if spread > 0 else 3  # two digits of the spread
    return f"{mean:.{decimals}f} ± {spread:.{decimals}f}"


@contextmanager
def progress_bar(
    console: Console, title: str, *, total: int, done: int = 0
) -> Iterator[Callable[["TrainingProgress"], None]]:
    """A bar with rate of work and time left; yields what `train` reports to. Counts batches of one network each."""
    with _bar(console, TextColumn("{task.fields[note]}")) as bar:
        task = bar.add_task(title, total=total, completed=done, note="")

        def report(progress: "TrainingProgress") -> None:
            bar.update(task, advance=len(progress.losses), note=f"loss {max(progress.losses):.3g}")

        yield report


@contextmanager
def steps_bar(console: Console, title: str, *, total: int) -> Iterator[Callable[[], None]]:
    """A bar of a number of jobs; yields what is called when one is done."""
    with _bar(console) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def _bar(console: Console, *more: TextColumn) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        *more,
    )
    return Progress(*columns, console=console)
