"""Sweeps: a grid of networks, of which whatever is missing is trained and measured, wherever that is done."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr

from quiescent import __version__
from quiescent.config.grid import Grid, expand
from quiescent.config.load import is_file
from quiescent.config.naming import label
from quiescent.config.schema import Config
from quiescent.config.words import ALIASES
from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import is_stored, stored
from quiescent.jobs.estimate import Work
from quiescent.jobs.job import Job, Task
from quiescent.machine.files import explaining, writing
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Phase
from quiescent.runs.run import Run, open_runs
from quiescent.training.populations import populations

SCALARS = ("reading", "phase")  # dimensions of what is collected; curves and maps stay with their runs


class Plan(NamedTuple):
    """A grid, the run of each of its points, what is measured of them, and where the results go."""

    words: tuple[str, ...]
    grid: Grid
    runs: tuple[Run, ...]
    measures: tuple[str, ...]
    folder: Path

    @property
    def members(self) -> Iterator[tuple[Run, Config]]:
        """Every run with its configuration."""
        return zip(self.runs, (point.config for point in self.grid.points), strict=True)


def make_plan(words: Sequence[str], measures: Sequence[str], out: Path | None = None) -> Plan:
    """Expand words to a grid; writes nothing.

    Results go to `out` (default `sweeps/<name>`). Runs lie in `out/runs`, by default in `runs`, where `quiescent
    train` puts them too.
    """
    grid = expand(words)
    root = out / "runs" if out else Path("runs")
    variable = grid.points[0].config.task.variable
    for measure in measures:
        if measure not in MEASURES:
            raise QuiescentError(f"no measure named '{measure}'. Known: {', '.join(MEASURES)}.")
        needed = MEASURES[measure].variable
        if needed not in (None, variable):
            raise QuiescentError(
                f"the measure '{measure}' is for runs that track a {needed}; these track a {variable}."
            )
    runs = tuple(Run(root / label(point.config) / f"seed_{point.config.seed[0]}") for point in grid.points)
    _ = [point.config.task.box for point in grid.points]  # a recording that is missing must be told now
    return Plan(tuple(words), grid, runs, tuple(measures), out or Path("sweeps") / name_of(words))


def name_of(words: Sequence[str]) -> str:
    """A name for the sweep that words mean, whatever its seeds, that is safe as a folder."""
    names = [word.removeprefix("config=") for word in words if "=" not in word or word.startswith("config=")]
    rest = [word for word in words if "=" in word and not word.startswith(("config=", "seed="))]
    first = Path(names[0]).stem if is_file(names[0]) else names[0]
    more = ",".join([*names[1:], *rest])
    if len(more) > 100:
        more = hashlib.sha256(more.encode()).hexdigest()[:12]
    return f"{first}+{re.sub(r'[^A-Za-z0-9_.,=+-]', '_', more)}" if more else first


def make_folders(plan: Plan) -> None:
    """Make or reopen all run folders, and that of the sweep; a run of another configuration is an error."""
    by_folder: dict[Path, list[Config]] = {}
    for run, config in plan.members:
        by_folder.setdefault(run.folder.parent, []).append(config)
    for folder, configs in by_folder.items():
        seeds = tuple(config.seed[0] for config in configs)
        open_runs(configs[0].model_copy(update={"seed": seeds}), folder)
    with explaining(plan.folder):
        plan.folder.mkdir(parents=True, exist_ok=True)


def jobs_of(plan: Plan, device: torch.device, memory: float | None = None) -> list[Job]:
    """What is missing: networks to train, grouped by population, and what is to be measured of each."""
    tasks = {run: _task(plan, run, config) for run, config in plan.members}
    missing = {run: [task] if task.measures else [] for run, task in tasks.items()}
    groups = populations(list(plan.members), device, memory)
    jobs = [Job(group, list(itertools.chain(*(missing[run] for run in group)))) for group in groups]
    trained = set(itertools.chain(*groups))
    return [*jobs, *(Job((), missing[run]) for run in plan.runs if run not in trained and missing[run])]


def _task(plan: Plan, run: Run, config: Config) -> Task:
    peers = {label(config): run}  # every network is compared with its own behaviour
    wanted: dict[str, dict[str, Phase]] = {name: dict(MEASURES[name].phases) for name in plan.measures}
    return Task(run, {name: one for name, one in wanted.items() if not is_stored(run, name, one, peers)}, peers)


def works_of(plan: Plan, jobs: Sequence[Job]) -> list[Work]:
    """Jobs as work whose duration can be estimated."""
    configs = dict(plan.members)
    works = []
    for job in jobs:
        own = [configs[run] for run in job.runs or [task.run for task in job.tasks]]
        batches = own[0].training.batches - job.runs[0].batches_done() if job.runs else 0
        works.append(Work(own, batches, job.tasks))
    return works


def collect(plan: Plan) -> xr.Dataset:
    """Numbers of all finished runs over the axes of the grid: last test, and measures by reading and phase.

    Where a run is not finished or a measure not made, it is NaN.
    """
    found = {}
    for point, run in zip(plan.grid.points, plan.runs, strict=True):
        if run.batches_done() >= point.config.training.batches:
            found[tuple(point.at.values())] = _numbers(plan, run, point.config)
    phases = _union(array["phase"].values for one in found.values() for array in one.values() if "phase" in array.dims)
    labels = {"reading": ["all", "valid"], "phase": phases}
    axes = {axis: list(values) for axis, values in plan.grid.axes.items()}
    places = [tuple(axes[axis].index(point.at[axis]) for axis in axes) for point in plan.grid.points]
    arrays: dict[str, xr.DataArray] = {}
    for point, place in zip(plan.grid.points, places, strict=True):
        for name, array in found.get(tuple(point.at.values()), {}).items():
            dims = [dim for dim in SCALARS if dim in array.dims]
            if name not in arrays:
                shape = [*map(len, axes.values()), *(len(labels[dim]) for dim in dims)]
                arrays[name] = xr.DataArray(np.full(shape, np.nan), dims=[*axes, *dims], attrs=array.attrs)
            ordered = array.transpose(*dims).reindex({dim: labels[dim] for dim in dims})
            arrays[name].values[place] = ordered.values
    used = {dim for array in arrays.values() for dim in array.dims}
    coords = axes | {dim: values for dim, values in labels.items() if dim in used}
    attrs = {"words": " ".join(plan.words), "quiescent": __version__}
    return xr.Dataset(arrays, coords=coords, attrs=attrs)


def _numbers(plan: Plan, run: Run, config: Config) -> dict[str, xr.DataArray]:
    test = run.require_metrics()[-1]
    unit = "rad^2" if config.task.variable == "heading" else "m^2"
    numbers = {
        "test_loss": xr.DataArray(test.loss),
        "test_error": xr.DataArray(test.error, attrs={"unit": unit}),
    }
    for measure in plan.measures:
        dataset = stored(run, measure)
        if dataset is None:
            continue
        if "reference" in dataset.dims:
            dataset = dataset.sel(reference=label(config), drop=True)
        for name, array in dataset.data_vars.items():
            if set(array.dims) <= set(SCALARS) and array.dtype.kind == "f":
                numbers[str(name)] = array.reset_coords(drop=True)
    return numbers


def _union(labels: Iterator[np.ndarray]) -> list[str]:
    return list(dict.fromkeys(str(one) for some in labels for one in some))


def save(plan: Plan, results: xr.Dataset) -> Path:
    """Store what was collected."""
    path = plan.folder / "sweep.nc"
    with writing(path) as temporary:
        results.to_netcdf(temporary, engine="h5netcdf")
    return path


def load(folder: Path) -> xr.Dataset:
    """What a sweep stored."""
    path = folder / "sweep.nc"
    try:
        with xr.open_dataset(path, engine="h5netcdf") as file:
            return file.load()
    except (OSError, ValueError, KeyError) as error:
        raise QuiescentError(f"{path}: cannot be read ({error}). Give the `quiescent sweep` command again.") from None


def select(results: xr.Dataset, words: Sequence[str]) -> xr.Dataset:
    """Only what lies at the given `key=value` of the grid."""
    for word in words:
        key, _, text = word.partition("=")
        key = ALIASES.get(key, key)
        if key not in results.dims or key in SCALARS:
            axes = [str(dim) for dim in results.dims if dim not in SCALARS]
            raise QuiescentError(f"'{key}' was not swept. Swept: {', '.join(axes)}.")
        labels = results[key].values
        found = [label for label in labels if str(label) == text or _number(label) == _number(text)]
        if not found:
            raise QuiescentError(f"{word}: not one of its values, {', '.join(map(str, labels))}.")
        results = results.sel({key: found[0]}) if key != "seed" else results.sel(seed=found)
    return results


def _number(text: object) -> float | str:
    try:
        return float(str(text))
    except ValueError:
        return str(text)
