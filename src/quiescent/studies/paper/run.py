"""The whole paper from one command: plan, train what is missing, measure, draw, decide, report."""

import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import combine, is_stored, stored
from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.figures.style import save
from quiescent.jobs.estimate import Work
from quiescent.jobs.job import Job, Task
from quiescent.jobs.places import HERE, Place, open_engine
from quiescent.jobs.schedule import Engine, run_jobs
from quiescent.machine.files import writing
from quiescent.machine.lease import leases
from quiescent.page.pack import write_page
from quiescent.runs.run import Run, open_runs
from quiescent.studies.paper.claims import CLAIMS, NOISES, UNIFORM
from quiescent.studies.paper.effects import Decision, Results, decide
from quiescent.studies.paper.experiments import (
    CONDITIONS,
    FAMILIES,
    FIGURES_SHOWN,
    WATCHED,
    Family,
    Scale,
    Shown,
    config_of,
    measures_of,
    peers_of,
)
from quiescent.studies.paper.provenance import provenance
from quiescent.studies.paper.report import Pictured, write_claims, write_report
from quiescent.terminal.board import announce, follow
from quiescent.terminal.tables import plain_table, steps_bar
from quiescent.training.populations import populations

LARGE = 16_000  # bytes, from which on an array is compressed
PICTURES = ("paths", "occupancy", "manifold")  # kept of the first seed only, since they are large


class Plan(NamedTuple):
    """The runs of every condition, and how they are measured."""

    scale: Scale
    seeds: tuple[int, ...]
    runs: Mapping[str, Sequence[Run]]

    @property
    def everything(self) -> list[Run]:
        return list(itertools.chain(*self.runs.values()))

    @property
    def families(self) -> list[Family]:
        return [one for one in FAMILIES if any(CONDITIONS[name].family == one for name in self.runs)]

    def tasks(self) -> list[Task]:
        """What is still to be measured."""
        found = []
        for name, runs in self.runs.items():
            for number, run in enumerate(runs):
                peers = {peer: self.runs[peer][number] for peer in peers_of(name) if peer in self.runs}
                wanted = measures_of(name, self.scale)
                missing = {one: phases for one, phases in wanted.items() if not is_stored(run, one, phases, peers)}
                if missing:
                    found.append(Task(run, missing, peers))
        return found

    def trainings(self, device: torch.device, memory: float | None) -> list[Job]:
        """What is still to be trained, the longest first, grouped by population."""
        members = [(run, run.config()) for run in _longest_first(self)]
        return [Job(group) for group in populations(members, device, memory)]

    def works(self, device: torch.device, memory: float | None) -> list[Work]:
        """All of it, as work whose duration can be estimated."""
        works = []
        for job in self.trainings(device, memory):
            configs = [run.config() for run in job.runs]
            works.append(Work(configs, configs[0].training.batches - job.runs[0].batches_done()))
        return works + [Work([task.run.config()], 0, [task]) for task in self.tasks()]


def run_paper(
    out: Path,
    scale: Scale,
    seeds: Sequence[int],
    console: Console,
    *,
    only: Family | None = None,
    place: Place = HERE,
    command: str = "",
    train: bool = True,
) -> Path:
    """Reproduce the paper in a folder, or go on where it was interrupted; returns the report's page.

    Without `train`, of those conditions only that are finished.
    """
    began = time.monotonic()
    where = place.usable()  # before anything is written
    place.require_ready()
    plan = make_plan(out, scale, seeds, only) if train else finished(make_plan(out, scale, seeds, only))
    console.print(plan_table(plan))
    works = plan.works(where, place.memory())
    if works:
        announce(console, works, place)
        with leases([out]), open_engine(place, out / "engine") as engine:
            _do(console, f"{out}: training", plan.trainings(where, place.memory()), engine)
            _do(console, f"{out}: measuring", [Job((), [task]) for task in plan.tasks()], engine)
    return make_report(out / "report", plan, console, command=command, device=where, seconds=time.monotonic() - began)


def _do(console: Console, title: str, jobs: Sequence[Job], engine: Engine) -> None:
    """All jobs, of which none may fail: the report needs them."""
    if jobs:
        failures = follow(console, title, run_jobs(jobs, engine)).failures
        if failures:
            raise QuiescentError("\n".join(failure.message for failure in failures))


def make_plan(out: Path, scale: Scale, seeds: Sequence[int], only: Family | None = None) -> Plan:
    """Make or reopen the run folders of all conditions."""
    runs = {
        name: open_runs(config_of(one, scale, seeds), out / "runs" / name)
        for name, one in CONDITIONS.items()
        if only in (None, one.family)
    }
    return Plan(scale, tuple(seeds), runs)


def finished(plan: Plan) -> Plan:
    """What is finished of a plan; nothing is an error."""
    runs = {name: members for name, members in plan.runs.items() if all(run.finished() for run in members)}
    if not runs:
        raise QuiescentError("no condition is finished for these seeds; leave out --no-train to train them.")
    return plan._replace(runs=runs)


def plan_table(plan: Plan) -> Table:
    """What is there and what is missing."""
    table = plain_table("networks", "kind", "seeds", "batches", "finished", "to measure")
    waiting = {task.run for task in plan.tasks()}
    for name, runs in plan.runs.items():
        config = runs[0].config()
        table.add_row(
            name,
            f"{config.network.kind} {config.network.units}",
            ",".join(map(str, plan.seeds)),
            str(config.training.batches),
            f"{sum(run.finished() for run in runs)} of {len(runs)}",
            str(sum(run in waiting for run in runs)),
        )
    return table


def _longest_first(plan: Plan) -> list[Run]:
    def work(run: Run) -> int:
        config = run.config()
        gates = 3 if config.network.kind == "gru" else 1
        return config.training.batches * config.training.batch_size * config.task.steps * config.network.units * gates

    return sorted(plan.everything, key=work, reverse=True)


def collect(plan: Plan) -> dict[str, xr.Dataset]:
    """All stored results, by family and measure, over conditions and seeds."""
    found: dict[str, dict[tuple[str, int], xr.Dataset]] = {}
    for name, runs in plan.runs.items():
        for measure in measures_of(name, plan.scale):
            for seed, run in zip(plan.seeds, runs, strict=True):
                if measure in PICTURES and seed != plan.seeds[0]:
                    continue
                result = stored(run, measure)
                if result is None:
                    raise QuiescentError(f"{run.folder}: its {measure} is missing. Give the command again.")
                found.setdefault(f"{CONDITIONS[name].family}/{measure}", {})[name, seed] = result
    return {key: combine(results) for key, results in found.items()}


def make_report(
    folder: Path, plan: Plan, console: Console, *, command: str, device: torch.device, seconds: float
) -> Path:
    """Draw every figure, decide every claim, and write the page and the numbers."""
    with console.status("collecting results"):
        results = collect(plan)
        decisions = [decide(claim, results) for claim in CLAIMS if _can_be_decided(claim.figures[0], plan)]
        noises = {kind: decide(claim, results) for kind, claim in NOISES.items() if UNIFORM in plan.runs}
        _write_results(folder / "results.nc", results)
    pictures = []
    shown = [one for one in FIGURES_SHOWN if can_be_drawn(one, plan, results)]
    with steps_bar(console, "drawing figures", total=len(shown)) as done:
        for one in shown:
            figure = _draw(one, plan, results)
            paths = [folder / "figures" / f"{one.family}_{one.name}.{kind}" for kind in ("png", "pdf")]
            for path in paths:
                save(figure, path)
            pictures.append(Pictured(one, paths[0]))
            done()
    with console.status("writing pages in which networks run live"):
        live = live_pages(folder, plan)
    made = provenance(command, device, seconds) | {
        "scale": plan.scale.name,
        "seeds": list(plan.seeds),
        "networks": len(plan.everything),
    }
    write_claims(folder / "claims.json", [*decisions, *noises.values()], made)
    page = write_report(folder / "index.html", decisions, noises, pictures, results, made, live)
    console.print(claims_table(decisions))
    console.print(f"Report: {page}", soft_wrap=True)
    return page


def live_pages(folder: Path, plan: Plan) -> dict[str, Path]:
    """One page per family, in which networks of the first seed run live."""
    pages: dict[str, Path] = {}
    for family in plan.families:
        runs = [plan.runs[name][0] for name in (f"{family}/{one}" for one in WATCHED) if name in plan.runs]
        if runs:
            pages[family] = write_page(folder / f"watch_{family}.html", runs).path
    return pages


def _can_be_decided(figure: str, plan: Plan) -> bool:
    return figure.split("/")[0] in plan.families


def can_be_drawn(shown: Shown, plan: Plan, results: Results) -> bool:
    """Whether there is what a figure shows; one that compares named conditions needs two of them."""
    drawing = FIGURES[shown.figure]
    needed = () if isinstance(drawing, HistoryDrawing) else drawing.measures
    there = all(f"{shown.family}/{measure}" in results for measure in needed)
    return there and sum(map(shown.shows, plan.runs)) >= (2 if shown.conditions else 1)


def _draw(shown: Shown, plan: Plan, results: Results) -> Figure:
    drawing = FIGURES[shown.figure]
    names = [name for name in plan.runs if shown.shows(name)]
    if isinstance(drawing, HistoryDrawing):
        return drawing.draw({name: [run.require_metrics() for run in plan.runs[name]] for name in names})
    chosen = {}
    for measure in drawing.measures:
        dataset = results[f"{shown.family}/{measure}"]
        there = [name for name in names if name in dataset["condition"].values]
        chosen[measure] = dataset.sel(condition=there)
    return drawing.draw(chosen)


def _write_results(path: Path, results: Results) -> None:
    with writing(path) as temporary:
        for number, (key, dataset) in enumerate(results.items()):
            numbers = [name for name in dataset.data_vars if dataset[name].dtype.kind == "f"]
            dataset = dataset.assign({name: _rounded(dataset[name]) for name in numbers})
            large = [name for name in numbers if dataset[name].nbytes > LARGE]
            encoding = {name: {"zlib": True, "complevel": 9, "shuffle": True} for name in large}
            mode: Literal["a", "w"] = "a" if number else "w"
            dataset.to_netcdf(temporary, mode=mode, group=key, engine="h5netcdf", encoding=encoding)


def _rounded(array: xr.DataArray) -> xr.DataArray:
    """Single precision; of pictures 8 bits of each number, which compress well."""
    single = array.astype(np.float32)
    if single.nbytes <= LARGE:
        return single
    bits = (single.values.view(np.uint32) + np.uint32(1 << 14)) & np.uint32(0xFFFF8000)
    return single.copy(data=np.where(np.isfinite(single.values), bits.view(np.float32), single.values))


def claims_table(decisions: Iterable[Decision]) -> Table:
    """Verdicts in both readings."""
    table = plain_table("", "claim", "all steps", "valid steps")
    for one in decisions:
        table.add_row(one.claim.number, one.claim.text, one.verdicts["all"], one.verdicts["valid"])
    return table
