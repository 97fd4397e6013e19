"""Settings of one allocation of a Slurm cluster, as words of a command give them."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from quiescent.errors import QuiescentError, printable
from quiescent.settings import Count, Positive, Settings


def _time_limit(text: str) -> str:
    match = re.fullmatch(r"(?:(\d{1,3})-)?(\d{1,3}):(\d{2}):\d{2}", text, re.ASCII)
    if not match or not any(int(part or 0) for part in match.groups()):  # Slurm counts in whole minutes
        raise ValueError("must be a time limit of a minute or more, such as 08:00:00 or 2-00:00:00")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[^\s\\\"'#]+", text) or not text.isprintable():
        raise ValueError("must be a name as Slurm has it, without spaces, quotes, backslashes and #")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():  # a second line would be a command of the job's script
        raise ValueError("must be one line of printable signs")
    return text


def _commands(text: str) -> str:
    if not text.replace("\n", "").replace("\t", "").isprintable():
        raise ValueError("must be lines of printable signs")
    return text


Name = Annotated[str, AfterValidator(_name)]


class SlurmSettings(Settings):
    """Settings of one allocation of a Slurm cluster: `--on slurm KEY=VALUE ...`."""

    partition: Name | None = None  # as in sbatch; without one the cluster's own
    account: Name | None = None  # as in sbatch
    qos: Name | None = None  # as in sbatch
    constraint: Name | None = None  # as in sbatch
    time: Annotated[str, AfterValidator(_time_limit)] = "01:00:00"  # limit of an allocation: HH:MM:SS, or D-HH:MM:SS
    cpus: Count = 1  # cores, and networks trained side by side on them
    gpus: Annotated[int, Field(ge=0)] = 0  # instead: networks are trained as populations, one on each
    gpu_memory: Positive = 16.0  # GB of one, from which the size of populations is planned
    memory: Count | None = None  # GB of an allocation; without one the cluster's own
    options: Annotated[str, AfterValidator(_one_line)] = ""  # more of sbatch's, such as "--reservation=mine --nice"
    address: Name | None = None  # of this machine, in numbers, as nodes see it; by default they try all that it has
    setup: Annotated[str, AfterValidator(_commands)] = ""  # before the workers start, such as "module load cuda"

    @property
    def device(self) -> str:
        """Name the kind of device that an allocation has."""
        return "cuda" if self.gpus else "cpu"

    @property
    def workers(self) -> int:
        """Count the jobs that an allocation does side by side."""
        return self.gpus or self.cpus

    @property
    def walltime(self) -> str:
        """Write the time limit without days, as Parsl wants it."""
        days, _, clock = self.time.rpartition("-")
        hours, rest = clock.split(":", 1)
        return f"{24 * int(days or 0) + int(hours):02d}:{rest}"


def split_slurm(words: Sequence[str], on: str) -> tuple[list[str], SlurmSettings]:
    """Part the words that describe an allocation from all others; returns the others and the allocation's settings.

    Raises `QuiescentError` for settings that are not allowed, or given without `--on slurm`.
    """
    pairs = [word.partition("=") for word in words]
    chosen = {key: text for key, equals, text in pairs if equals and key in SlurmSettings.model_fields}
    if chosen and on != "slurm":
        raise QuiescentError(f"'{next(iter(chosen))}' is a setting of --on slurm; here --on is {on}.")
    try:
        settings = SlurmSettings.model_validate(chosen)
    except ValidationError as error:
        laws = (f"{law['loc'][0]}={printable(law['input'])}: {_law(dict(law))}." for law in error.errors())
        raise QuiescentError("\n".join(laws)) from None
    return [
        word for word, (key, equals, _) in zip(words, pairs, strict=True) if not equals or key not in chosen
    ], settings


def _law(error: dict[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
