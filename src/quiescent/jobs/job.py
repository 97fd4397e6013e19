"""Jobs: the runs that one process trains and what it measures of them; as plain values between processes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from quiescent.quiescence.activity import Active, Inside, Kicked, Phase, Rest
from quiescent.runs.run import Run
from quiescent.spaces import tuples

PHASES: dict[str, type[Active] | type[Rest] | type[Kicked] | type[Inside]] = {
    "Active": Active,
    "Rest": Rest,
    "Kicked": Kicked,
    "Inside": Inside,
}


class Measurement(NamedTuple):
    """Measures of one run, each with its phases, or of a control in its place.

    `peers` are the runs, by condition, whose behaviour it is compared with, and `judges` those whose behaviour says
    what a valid code is; without any it is its own.
    """

    run: Run
    measures: Mapping[str, Mapping[str, Phase]]
    peers: Mapping[str, Run]
    judges: Mapping[str, Run] = {}
    control: str | None = None


class Job(NamedTuple):
    """Runs that are trained, together where they can be, and what is measured of finished runs after that."""

    runs: Sequence[Run] = ()
    measurements: Sequence[Measurement] = ()

    @property
    def name(self) -> str:
        """Name a job by the folders of its runs."""
        runs = self.runs or [measurement.run for measurement in self.measurements]
        return ", ".join(str(run.folder) for run in runs)


def to_plain(job: Job) -> dict[str, Any]:
    """Write a job as lists, dictionaries, words and numbers, with absolute paths."""
    return {
        "runs": [_path(run) for run in job.runs],
        "measurements": [_plain_measurement(measurement) for measurement in job.measurements],
    }


def from_plain(values: Mapping[str, Any]) -> Job:
    """Rebuild a `Job` from the plain values made by `to_plain`."""
    return Job(
        [Run(Path(folder)) for folder in values["runs"]],
        [_measurement(measurement) for measurement in values["measurements"]],
    )


def _plain_measurement(measurement: Measurement) -> dict[str, Any]:
    return {
        "run": _path(measurement.run),
        "measures": {
            name: {label: [type(phase).__name__, phase._asdict()] for label, phase in phases.items()}
            for name, phases in measurement.measures.items()
        },
        "peers": {name: _path(run) for name, run in measurement.peers.items()},
        "judges": {name: _path(run) for name, run in measurement.judges.items()},
        "control": measurement.control,
    }


def _measurement(values: Mapping[str, Any]) -> Measurement:
    return Measurement(
        Run(Path(values["run"])),
        {
            name: {label: _phase(*named) for label, named in phases.items()}
            for name, phases in values["measures"].items()
        },
        {name: Run(Path(folder)) for name, folder in values["peers"].items()},
        {name: Run(Path(folder)) for name, folder in values["judges"].items()},
        values["control"],
    )


def _phase(kind: str, fields: Mapping[str, Any]) -> Phase:
    return PHASES[kind](**{field: tuples(value) for field, value in fields.items()})


def _path(run: Run) -> str:
    return str(run.folder.absolute())  # the process that does the job may be elsewhere
