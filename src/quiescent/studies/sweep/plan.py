"""The plan of a sweep: a grid of networks, and whatever is missing of them."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from quiescent.config.grid import Grid, Value, expand
from quiescent.config.naming import folder_name, label
from quiescent.config.schema import Config
from quiescent.config.words import split_words
from quiescent.evaluation.evaluate import require_measure
from quiescent.evaluation.run import not_stored
from quiescent.jobs.estimate import Work
from quiescent.jobs.job import Job, Measurement
from quiescent.jobs.places import Local, Place
from quiescent.machine.files import explaining
from quiescent.measures import MEASURES
from quiescent.quiescence.rest_settings import RestSettings, split_rest
from quiescent.runs.conditions import require_space
from quiescent.runs.open import open_runs
from quiescent.runs.run import Run
from quiescent.studies.sweep.rests import Rests, rests_of
from quiescent.training.populations import plan_populations, require_training_memory


class SweepPlan(NamedTuple):
    """A grid, the run of each of its points, what is measured of them, and where the results go.

    Every network is measured in each of the `rests`.
    """

    words: tuple[str, ...]
    grid: Grid
    runs: tuple[Run, ...]
    measures: tuple[str, ...]
    folder: Path
    rests: Rests = Rests()

    @property
    def axes(self) -> dict[str, list[Value]]:
        """List the values on every axis: those of networks, then those of rest, and seeds."""
        axes = {axis: list(values) for axis, values in (*self.grid.axes.items(), *self.rests.axes.items())}
        return axes | {"seed": axes.pop("seed")}

    @property
    def members(self) -> Iterator[tuple[Run, Config]]:
        """Pair every run with its configuration."""
        return zip(self.runs, (point.config for point in self.grid.points), strict=True)


def make_plan(words: Sequence[str], measures: Sequence[str], out: Path | None = None) -> SweepPlan:
    """Expand words to a grid; writes nothing.

    Results go to `out` (default `sweeps/<name>`). Runs lie in `out/runs`, by default in `runs`, where `quiescent
    train` puts them too.
    """
    ours, others = split_rest(words)
    grid, rests = expand(others), rests_of(ours)
    root = out / "runs" if out else Path("runs")
    space = grid.points[0].config.task.space
    for measure in measures:
        require_measure(measure)
        require_space(space, MEASURES[measure].space, f"the measure '{measure}'")
    runs = tuple(Run(root / label(point.config) / f"seed_{point.config.seed[0]}") for point in grid.points)
    _ = [point.config.task.space for point in grid.points]  # a recording that is missing must be told now
    return SweepPlan(tuple(words), grid, runs, tuple(measures), out or Path("sweeps") / name_of(words), rests)


def name_of(words: Sequence[str]) -> str:
    """Name the sweep that words mean, whatever its seeds, so that the name is safe as a folder."""
    names, settings = split_words(words)
    more = [*names[1:], *(setting for setting in settings if not setting.startswith("seed="))]
    return folder_name(names[0], ",".join(more))


def make_folders(plan: SweepPlan) -> None:
    """Make or reopen all run folders, and that of the sweep; a run of another configuration is an error."""
    by_folder: dict[Path, list[Config]] = {}
    for run, config in plan.members:
        by_folder.setdefault(run.folder.parent, []).append(config)
    for folder, configs in by_folder.items():
        seeds = tuple(config.seed[0] for config in configs)
        open_runs(configs[0].model_copy(update={"seed": seeds}), folder)
    with explaining(plan.folder):
        plan.folder.mkdir(parents=True, exist_ok=True)


def jobs_of(plan: SweepPlan, device: torch.device, memory: float | None = None) -> list[Job]:
    """List what is missing: networks to train, grouped by population, and what is to be measured of each."""
    missing = {
        run: list(itertools.chain(*(_missing(asked(plan, run, config, rest)) for rest in plan.rests.settings.values())))
        for run, config in plan.members
    }
    groups = plan_populations(list(plan.members), device, memory)
    jobs = [Job(group, list(itertools.chain(*(missing[run] for run in group)))) for group in groups]
    trained = set(itertools.chain(*groups))
    return [*jobs, *(Job((), missing[run]) for run in plan.runs if run not in trained and missing[run])]


def asked(plan: SweepPlan, run: Run, config: Config, rest: RestSettings) -> Measurement:
    """Say what is measured of a run in a way to rest: every network is compared with its own behaviour."""
    measures = {name: rest.asked(MEASURES[name].phases) for name in plan.measures}
    return Measurement(run, measures, {label(config): run})


def _missing(asked: Measurement) -> list[Measurement]:
    measures = not_stored(*asked)
    return [asked._replace(measures=measures)] if measures else []


def works_of(plan: SweepPlan, jobs: Sequence[Job]) -> list[Work]:
    """Describe jobs as work whose duration can be estimated."""
    configs = dict(plan.members)
    works = []
    for job in jobs:
        own = [configs[run] for run in job.runs or [measurement.run for measurement in job.measurements]]
        batches = own[0].training.batches - job.runs[0].batches_done() if job.runs else 0
        works.append(Work(own, batches, job.measurements))
    return works


def require_memory(works: Sequence[Work], place: Place) -> None:
    """Require that this machine, if it is to do the work, has the memory for it. Raises `QuiescentError`."""
    if isinstance(place, Local):
        require_training_memory((work.configs[0] for work in works if work.batches), place.usable_device())
