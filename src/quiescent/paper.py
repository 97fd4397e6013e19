"""The whole paper from one command: plan, train what is missing, measure, draw, decide, report."""

import itertools
import json
import os
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import torch
import xarray as xr
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from quiescent import __version__
from quiescent.activity import Rest
from quiescent.claims import CLAIMS, Decision, Results, decide
from quiescent.config import Config
from quiescent.errors import QuiescentError
from quiescent.evaluation import combine, is_stored, stored
from quiescent.experiments.paper import (
    CONDITIONS,
    FAMILIES,
    FIGURES_SHOWN,
    Family,
    Scale,
    Shown,
    config_of,
    measures_of,
    peers_of,
)
from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.figures.style import save
from quiescent.files import writing
from quiescent.lanes import Lanes
from quiescent.measuring import Task, measure_all
from quiescent.members import untrained
from quiescent.page import Pictured, write_report
from quiescent.quiescence import rest
from quiescent.report import plain_table, progress_bar, steps_bar
from quiescent.runs import Run, open_runs
from quiescent.streams import open_streams
from quiescent.training import adam, batches_left, finish, groups_to_train, train_batch, usable_device

START = 3.0  # s, of a process
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
                peers = {peer: self.runs[peer][number] for peer in peers_of(name)}
                wanted = measures_of(name, self.scale)
                missing = {one: phases for one, phases in wanted.items() if not is_stored(run, one, phases, peers)}
                if missing:
                    found.append(Task(run, missing, peers))
        return found


def run_paper(
    out: Path,
    scale: Scale,
    seeds: Sequence[int],
    console: Console,
    *,
    only: Family | None = None,
    jobs: int | None = None,
    device: str | None = None,
    command: str = "",
) -> Path:
    """Reproduce the paper in a folder, or go on where it was interrupted; returns the report's page."""
    began = time.monotonic()
    where = usable_device(device)  # before anything is written
    jobs = jobs or (torch.get_num_threads() if where.type == "cpu" else 1)
    plan = make_plan(out, scale, seeds, only)
    console.print(plan_table(plan))
    left = batches_left(plan.everything)
    if left or plan.tasks():
        with console.status("estimating how long it will take"):
            training, measuring = estimate(plan, where, jobs)
        total = timedelta(seconds=round(training + measuring))
        console.print(
            f"About {total} on {where} with {jobs} job(s): training {timedelta(seconds=round(training))}, "
            f"measuring {timedelta(seconds=round(measuring))}. Stop at any time; the same command goes on."
        )
    if left:
        with progress_bar(console, f"training {len(plan.everything)} networks", total=left) as report:
            finish(_longest_first(plan), device=device, on_progress=report, jobs=jobs)
    tasks = plan.tasks()
    with steps_bar(console, "measuring networks", total=len(tasks)) as done:
        for _ in measure_all(tasks, device=device, jobs=jobs):
            done()
    return make_report(out / "report", plan, console, command=command, device=where, seconds=time.monotonic() - began)


def make_plan(out: Path, scale: Scale, seeds: Sequence[int], only: Family | None = None) -> Plan:
    """Make or reopen the run folders of all conditions."""
    runs = {
        name: open_runs(config_of(one, scale, seeds), out / "runs" / name)
        for name, one in CONDITIONS.items()
        if only in (None, one.family)
    }
    return Plan(scale, tuple(seeds), runs)


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
    def work(run: Run) -> float:
        config = run.config()
        gates = 3 if config.network.kind == "gru" else 1
        return config.training.batches * config.training.batch_size * config.task.steps * config.network.units * gates

    return sorted(plan.everything, key=work, reverse=True)


def estimate(plan: Plan, device: torch.device, jobs: int) -> tuple[float, float]:
    """Seconds of training and of measuring that are left, from a short trial of every kind of network on this machine."""
    tried: dict[object, tuple[float, float]] = {}
    training = measuring = 0.0
    processes = jobs if device.type == "cpu" else 1
    waiting: dict[Run, Task] = {task.run: task for task in plan.tasks()}
    for group in [*groups_to_train(plan.everything, device), *([run] for run in waiting if run.finished())]:
        configs = [run.config() for run in group]
        task, settings = configs[0].task, configs[0].training
        alike = (task.name, configs[0].network.shape, settings.batch_size, len(group))
        if alike not in tried:
            tried[alike] = _try(configs, device)
        step, rest_step = tried[alike]
        left = settings.batches - group[0].batches_done()
        training += max(0, left) * step * task.steps
        measuring += sum(rest_step * _trial_steps(waiting[run]) for run in group if run in waiting)
        training += START * (processes > 1 and left > 0)
    return training / processes, measuring / processes


def _try(configs: Sequence[Config], device: torch.device) -> tuple[float, float]:
    """Seconds per step of a training batch, and per step of a trial at rest with what is computed from it."""
    short = [one.model_copy(update={"task": one.task.model_copy(update={"steps": 10})}) for one in configs]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        members = untrained(short).to(device)
        optimizer = adam(members)
        trials = short[0].training.batch_size
        streams = [open_streams(seed, "training", trials, device) for seed in members.seeds]
        with Lanes(device) as lanes:
            train_batch(members, optimizer, streams, lanes)
            training = _shortest(lambda: train_batch(members, optimizer, streams, lanes))
        resting = _shortest(lambda: rest(untrained(short[:1]).to(device), trials=50, steps=40, judge=True))
    finally:
        torch.set_num_threads(threads)
    return training / 10, 2 * resting / (50 * 40)  # measures take about as long as the simulations they need


def _shortest(work: object) -> float:
    assert callable(work)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _trial_steps(task: Task) -> float:
    phases = {phase for phases in task.measures.values() for phase in phases.values()}
    return sum(phase.trials * (phase.steps if isinstance(phase, Rest) else 100) for phase in phases)


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
        _write_results(folder / "results.nc", results)
    pictures = []
    shown = [one for one in FIGURES_SHOWN if one.family in plan.families]
    with steps_bar(console, "drawing figures", total=len(shown)) as done:
        for one in shown:
            figure = _draw(one, plan, results)
            paths = [folder / "figures" / f"{one.family}_{one.name}.{kind}" for kind in ("png", "pdf")]
            for path in paths:
                save(figure, path)
            pictures.append(Pictured(one, paths[0]))
            done()
    made = provenance(plan, command, device, seconds)
    with writing(folder / "claims.json") as temporary:
        temporary.write_text(json.dumps({"made": made, "claims": as_json(decisions)}, indent=1), encoding="utf-8")
    page = write_report(folder / "index.html", decisions, pictures, results, made)
    console.print(claims_table(decisions))
    console.print(f"Report: {page}", soft_wrap=True)
    return page


def _can_be_decided(figure: str, plan: Plan) -> bool:
    return figure.split("/")[0] in plan.families


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
            dataset = dataset.assign({name: dataset[name].astype("float32") for name in numbers})
            encoding = {name: {"zlib": True, "complevel": 9} for name in numbers if dataset[name].ndim}
            mode = "a" if number else "w"
            dataset.to_netcdf(temporary, mode=mode, group=key, engine="h5netcdf", encoding=encoding)


def provenance(plan: Plan, command: str, device: torch.device, seconds: float) -> dict[str, object]:
    """What made a report: command, versions, machine, seeds."""
    return {
        "command": command,
        "quiescent": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": f"{processor()}, {os.cpu_count()} CPUs, {device}",
        "scale": plan.scale.name,
        "seeds": list(plan.seeds),
        "networks": len(plan.everything),
        "seconds": round(seconds),
        "date": time.strftime("%Y-%m-%d"),
    }


def processor() -> str:
    """The processor's name, as the machine tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def as_json(decisions: Iterable[Decision]) -> list[dict[str, object]]:
    """Claims with verdicts and numbers, as plain values; NaN as null."""
    found = []
    for one in decisions:
        readings = {
            reading: {
                "verdict": one.verdicts[reading],
                "criteria": [_finite(outcome._asdict()) for outcome in one.outcomes[reading]],
                "reported": [_finite(outcome._asdict()) for outcome in one.reported[reading]],
            }
            for reading in one.verdicts
        }
        found.append(
            {"number": one.claim.number, "claim": one.claim.text, "figures": list(one.claim.figures), **readings}
        )
    return found


def _finite(values: dict[str, object]) -> dict[str, object]:
    return {key: None if isinstance(value, float) and value != value else value for key, value in values.items()}


def claims_table(decisions: Iterable[Decision]) -> Table:
    """Verdicts in both readings."""
    table = plain_table("", "claim", "all steps", "valid steps")
    for one in decisions:
        table.add_row(one.claim.number, one.claim.text, one.verdicts["all"], one.verdicts["valid"])
    return table
