"""The plan of the paper: its runs, and what is still to be trained and measured of them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from quiescent.errors import QuiescentError
from quiescent.evaluation.run import not_stored
from quiescent.jobs.estimate import Work
from quiescent.jobs.job import Job, Measurement
from quiescent.networks import NETWORKS
from quiescent.runs.open import open_runs, read_config
from quiescent.runs.run import Run
from quiescent.studies.paper.experiments import (
    CONDITIONS,
    FAMILIES,
    WATCHED,
    Family,
    Scale,
    config_of,
    judge_of,
    peers_of,
)
from quiescent.studies.paper.measures import Measures, controls_of, measures_of
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import ranges
from quiescent.training.populations import plan_populations


class PaperPlan(NamedTuple):
    """The runs of every condition by seed, and how they are measured; a seed without a run is not looked at."""

    scale: Scale
    seeds: tuple[int, ...]
    runs: Mapping[str, Mapping[int, Run]]

    @property
    def everything(self) -> list[Run]:
        """List all runs of all conditions."""
        return list(itertools.chain(*(runs.values() for runs in self.runs.values())))

    @property
    def families(self) -> list[Family]:
        """List the families that the plan has conditions of."""
        return [family for family in FAMILIES if any(CONDITIONS[name].family == family for name in self.runs)]

    def first(self, name: str) -> Run | None:
        """Find the run of a condition's first seed: of it pictures are made."""
        return next(iter(self.runs.get(name, {}).values()), None)

    @property
    def watched(self) -> dict[str, Run]:
        """Select the networks that run live beside the report, and that it looks into: of first seeds."""
        names = [f"{family}/{one}" for family in self.families for one in WATCHED]
        return {name: run for name in names if (run := self.first(name)) is not None}

    def with_controls(self, name: str, seed: int) -> dict[str | None, Measures]:
        """Choose what is put to a network, and to controls in its place: those of the first seed that was asked for."""
        wanted: dict[str | None, Measures] = {None: measures_of(name, self.scale)}
        if seed == self.seeds[0]:
            wanted.update(controls_of(name, self.scale))
        return wanted

    def asked(self) -> Iterator[Measurement]:
        """List all that is measured: of networks, and of controls in the place of those of the first seed."""
        for name, runs in self.runs.items():
            for seed, run in runs.items():
                peers, judges = self._of_seed(peers_of(name), seed), self._of_seed([judge_of(name)], seed)
                for control, measures in self.with_controls(name, seed).items():
                    yield Measurement(run, measures, peers, judges, control)

    def measurements(self) -> list[Measurement]:
        """List what is still to be measured."""
        missing = [asked._replace(measures=not_stored(*asked)) for asked in self.asked()]
        return [measurement for measurement in missing if measurement.measures]

    def _of_seed(self, names: Sequence[str], seed: int) -> dict[str, Run]:
        return {name: self.runs[name][seed] for name in names if seed in self.runs.get(name, {})}

    def trainings(self, device: torch.device, memory: float | None) -> list[Job]:
        """List what is still to be trained, the longest first, grouped by population."""
        members = [(run, read_config(run)) for run in _longest_first(self)]
        return [Job(group) for group in plan_populations(members, device, memory)]

    def works(self, device: torch.device, memory: float | None) -> list[Work]:
        """Describe all that is missing as work whose duration can be estimated."""
        works = []
        for job in self.trainings(device, memory):
            configs = [read_config(run) for run in job.runs]
            works.append(Work(configs, configs[0].training.batches - job.runs[0].batches_done()))
        return works + [Work([read_config(measurement.run)], 0, [measurement]) for measurement in self.measurements()]


def make_plan(out: Path, scale: Scale, seeds: Sequence[int], only: Family | None = None) -> PaperPlan:
    """Make or reopen the run folders of all conditions."""
    runs = {
        name: dict(zip(seeds, open_runs(config_of(condition, scale, seeds), out / "runs" / name), strict=True))
        for name, condition in CONDITIONS.items()
        if only in (None, condition.family)
    }
    return PaperPlan(scale, tuple(seeds), runs)


def finished(plan: PaperPlan) -> PaperPlan:
    """Select the finished runs of a plan; none is an error. Conditions without any stay, as such."""
    runs = {name: {seed: run for seed, run in members.items() if run.finished()} for name, members in plan.runs.items()}
    if not any(runs.values()):
        raise QuiescentError("no network is finished for these seeds; leave out --no-train to train them.")
    return plan._replace(runs=runs)


def plan_table(plan: PaperPlan) -> Table:
    """Tabulate what is finished and what is missing."""
    waiting = {measurement.run for measurement in plan.measurements()}
    rows = []
    for name, runs in plan.runs.items():
        config = config_of(CONDITIONS[name], plan.scale, plan.seeds)
        finished = sum(run.finished() for run in runs.values())
        unmeasured = sum(run in waiting for run in runs.values())
        kind = f"{config.network.kind} {config.network.units}"
        rows.append([name, kind, str(config.training.batches), f"{finished}/{len(plan.seeds)}", str(unmeasured)])
    columns = ["networks", "kind", "batches", "done", "to measure"]
    return Table(columns, rows, title=f"seeds {ranges(plan.seeds)}")


def _longest_first(plan: PaperPlan) -> list[Run]:
    def work(run: Run) -> int:
        config = read_config(run)
        gates = NETWORKS[config.network.kind].gates
        return config.training.batches * config.training.batch_size * config.task.steps * config.network.units * gates

    return sorted(plan.everything, key=work, reverse=True)
