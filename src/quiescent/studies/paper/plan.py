"""The plan of the paper: its runs, and what is still to be trained and measured of them."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from quiescent.errors import QuiescentError
from quiescent.evaluation.stored import is_stored
from quiescent.jobs.estimate import Work
from quiescent.jobs.job import Job, Measurement
from quiescent.networks import NETWORKS
from quiescent.runs.open import open_runs, read_config
from quiescent.runs.run import Run
from quiescent.studies.paper.experiments import CONDITIONS, FAMILIES, Family, Scale, config_of, peers_of
from quiescent.studies.paper.measures import measures_of
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import ranges
from quiescent.training.populations import plan_populations


class PaperPlan(NamedTuple):
    """The runs of every condition, and how they are measured."""

    scale: Scale
    seeds: tuple[int, ...]
    runs: Mapping[str, Sequence[Run]]

    @property
    def everything(self) -> list[Run]:
        """List all runs of all conditions."""
        return list(itertools.chain(*self.runs.values()))

    @property
    def families(self) -> list[Family]:
        """List the families that the plan has conditions of."""
        return [family for family in FAMILIES if any(CONDITIONS[name].family == family for name in self.runs)]

    def measurements(self) -> list[Measurement]:
        """List what is still to be measured."""
        found = []
        for name, runs in self.runs.items():
            for number, run in enumerate(runs):
                peers = {peer: self.runs[peer][number] for peer in peers_of(name) if peer in self.runs}
                wanted = measures_of(name, self.scale)
                missing = {
                    measure: phases for measure, phases in wanted.items() if not is_stored(run, measure, phases, peers)
                }
                if missing:
                    found.append(Measurement(run, missing, peers))
        return found

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
        name: open_runs(config_of(condition, scale, seeds), out / "runs" / name)
        for name, condition in CONDITIONS.items()
        if only in (None, condition.family)
    }
    return PaperPlan(scale, tuple(seeds), runs)


def finished(plan: PaperPlan) -> PaperPlan:
    """Select the finished conditions of a plan; none is an error."""
    runs = {name: members for name, members in plan.runs.items() if all(run.finished() for run in members)}
    if not runs:
        raise QuiescentError("no condition is finished for these seeds; leave out --no-train to train them.")
    return plan._replace(runs=runs)


def plan_table(plan: PaperPlan) -> Table:
    """Tabulate what is finished and what is missing."""
    waiting = {measurement.run for measurement in plan.measurements()}
    rows = []
    for name, runs in plan.runs.items():
        config = read_config(runs[0])
        finished = sum(run.finished() for run in runs)
        unmeasured = sum(run in waiting for run in runs)
        kind = f"{config.network.kind} {config.network.units}"
        rows.append([name, kind, str(config.training.batches), f"{finished}/{len(runs)}", str(unmeasured)])
    columns = ["networks", "kind", "batches", "done", "to measure"]
    return Table(columns, rows, title=f"seeds {ranges(plan.seeds)}")


def _longest_first(plan: PaperPlan) -> list[Run]:
    def work(run: Run) -> int:
        config = read_config(run)
        gates = NETWORKS[config.network.kind].gates
        return config.training.batches * config.training.batch_size * config.task.steps * config.network.units * gates

    return sorted(plan.everything, key=work, reverse=True)
