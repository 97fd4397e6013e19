"""The plan of the study: its runs, and what is still to be trained and measured of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from quiescent.evaluation.run import not_stored
from quiescent.jobs.estimate import Work
from quiescent.jobs.job import Job, Measurement
from quiescent.runs.open import open_runs, read_config
from quiescent.runs.run import Run
from quiescent.studies.dynamics.design import MEASURED, NETWORKS, TRIED, WAYS, Scale, Way, config_of, phases_of
from quiescent.terminal.layout import Table
from quiescent.terminal.numbers import ranges
from quiescent.training.populations import plan_populations


class Asked(NamedTuple):
    """A measurement of networks that rest in a way, or of a control in the place of one."""

    name: str
    seed: int
    way: Way
    measurement: Measurement


class StudyPlan(NamedTuple):
    """The runs of all networks by name and seed."""

    scale: Scale
    seeds: tuple[int, ...]
    runs: Mapping[str, Mapping[int, Run]]

    def asked(self) -> Iterator[Asked]:
        """List all that is measured: every network in every way to rest, and controls in the place of the first."""
        for name, runs in self.runs.items():
            for seed, run in runs.items():
                for way in WAYS:
                    measures = {measure: phases_of(measure, way, self.scale) for measure in MEASURED}
                    for control in (None, *(TRIED if seed == self.seeds[0] else ())):
                        yield Asked(name, seed, way, Measurement(run, measures, {name: run}, {name: run}, control))

    def measurements(self) -> list[Measurement]:
        """List what is still to be measured."""
        asked = [one.measurement for one in self.asked()]
        missing = [one._replace(measures=not_stored(*one)) for one in asked]
        return [one for one in missing if one.measures]

    def measuring(self) -> list[Job]:
        """List what is still to be measured as jobs, one for every run, whose behaviour is then simulated once."""
        by_run: dict[Run, list[Measurement]] = {}
        for measurement in self.measurements():
            by_run.setdefault(measurement.run, []).append(measurement)
        return [Job((), measurements) for measurements in by_run.values()]

    def trainings(self, device: torch.device, memory: float | None) -> list[Job]:
        """List what is still to be trained, grouped by population."""
        members = [(run, read_config(run)) for runs in self.runs.values() for run in runs.values()]
        return [Job(group) for group in plan_populations(members, device, memory)]

    def works(self, device: torch.device, memory: float | None) -> list[Work]:
        """Describe all that is missing as work whose duration can be estimated."""
        works = []
        for job in self.trainings(device, memory):
            configs = [read_config(run) for run in job.runs]
            works.append(Work(configs, configs[0].training.batches - job.runs[0].batches_done()))
        return works + [Work([read_config(one.run)], 0, [one]) for one in self.measurements()]


def make_plan(out: Path, scale: Scale, seeds: Sequence[int]) -> StudyPlan:
    """Make or reopen the run folders of all networks."""
    runs = {
        name: dict(zip(seeds, open_runs(config_of(networks, scale, seeds), out / "runs" / name), strict=True))
        for name, networks in NETWORKS.items()
    }
    return StudyPlan(scale, tuple(seeds), runs)


def plan_table(plan: StudyPlan) -> Table:
    """Tabulate what is finished and what is missing."""
    waiting = [one.run for one in plan.measurements()]
    rows = []
    for name, runs in plan.runs.items():
        config = config_of(NETWORKS[name], plan.scale, plan.seeds)
        done = sum(run.finished() for run in runs.values())
        left = sum(waiting.count(run) for run in runs.values())
        cells = f"{config.network.units}", f"{config.training.batches}", f"{done}/{len(plan.seeds)}", f"{left}"
        rows.append([NETWORKS[name].title, *cells])
    columns = ["networks", "units", "batches", "done", "to measure"]
    return Table(columns, rows, title=f"seeds {ranges(plan.seeds)}, {len(WAYS)} ways to rest")
