"""Jobs: trainings and measurements that one process does, and how they ended; as plain text between processes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from quiescent.quiescence.activity import Active, Phase, Rest
from quiescent.runs.run import Run

PHASES: dict[str, type[Active] | type[Rest]] = {"Active": Active, "Rest": Rest}


class Task(NamedTuple):
    """Measures of one run, each with its phases, and the runs by condition that it is compared with."""

    run: Run
    measures: Mapping[str, Mapping[str, Phase]]
    peers: Mapping[str, Run]


class Job(NamedTuple):
    """Runs that are trained, together where they can be, and what is measured of finished runs after that."""

    runs: Sequence[Run] = ()
    tasks: Sequence[Task] = ()

    @property
    def name(self) -> str:
        """The folders of its runs."""
        return ", ".join(str(run.folder) for run in self.runs or [task.run for task in self.tasks])


class Outcome(NamedTuple):
    """How a job ended. What failed would fail again; what was stopped or killed can go on."""

    state: Literal["done", "failed", "stopped", "killed"]
    message: str = ""
    warnings: tuple[str, ...] = ()


def to_plain(job: Job) -> dict[str, Any]:
    """A job as lists, dictionaries, words and numbers."""
    return {"runs": [_path(run) for run in job.runs], "tasks": [_plain_task(task) for task in job.tasks]}


def from_plain(values: Mapping[str, Any]) -> Job:
    """The inverse."""
    return Job([Run(Path(folder)) for folder in values["runs"]], [_task(one) for one in values["tasks"]])


def _plain_task(task: Task) -> dict[str, Any]:
    return {
        "run": _path(task.run),
        "measures": {
            name: {phase: [type(what).__name__, what._asdict()] for phase, what in phases.items()}
            for name, phases in task.measures.items()
        },
        "peers": {name: _path(run) for name, run in task.peers.items()},
    }


def _task(values: Mapping[str, Any]) -> Task:
    return Task(
        Run(Path(values["run"])),
        {
            name: {phase: PHASES[kind](**fields) for phase, (kind, fields) in phases.items()}
            for name, phases in values["measures"].items()
        },
        {name: Run(Path(folder)) for name, folder in values["peers"].items()},
    )


def _path(run: Run) -> str:
    return str(run.folder.absolute())  # the process that does the job may be elsewhere
