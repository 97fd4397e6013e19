"""A Slurm cluster: what one allocation is, and how Parsl gets and keeps allocations."""

import functools
import re
import shlex
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from quiescent.errors import QuiescentError
from quiescent.settings import Count, Positive, Settings

if TYPE_CHECKING:
    from parsl.config import Config as ParslConfig
    from parsl.providers import SlurmProvider

POLLING = 10  # s between looks at the queue
SILENCE = 20  # s after which a worker that says nothing is taken for lost


def _time_limit(text: str) -> str:
    match = re.fullmatch(r"(?:(\d{1,3})-)?(\d{1,3}):(\d{2}):\d{2}", text)
    if not match or not any(int(part or 0) for part in match.groups()):  # Slurm counts in whole minutes
        raise ValueError("must be a time limit of a minute or more, such as 08:00:00 or 2-00:00:00")
    return text


class SlurmSettings(Settings):
    """Settings of one allocation of a Slurm cluster: `--on slurm KEY=VALUE ...`."""

    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    time: Annotated[str, AfterValidator(_time_limit)] = "01:00:00"
    cpus: Count = 1  # cores, and networks trained side by side on them
    gpus: Annotated[int, Field(ge=0)] = 0  # instead: networks are trained as populations, one on each
    gpu_memory: Positive = 16.0  # GB of one, from which the size of populations is planned
    memory: Count | None = None  # GB
    options: str = ""  # more of sbatch's, such as "--reservation=mine --nice"
    address: str | None = None  # of this machine, as nodes see it; by default they try all that it has
    setup: str = ""  # commands before the workers start, such as "module load cuda"

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
        laws = (f"{law['loc'][0]}={law['input']}: {_law(dict(law))}." for law in error.errors())
        raise QuiescentError("\n".join(laws)) from None
    return [
        word for word, (key, equals, _) in zip(words, pairs, strict=True) if not equals or key not in chosen
    ], settings


def _law(error: dict[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")


def slurm_config(settings: SlurmSettings, allocations: int, folder: Path) -> "ParslConfig":
    """Configure Parsl to hold as many allocations as there is work for, at most `allocations` at a time.

    Parsl keeps its scripts and logs in `folder`.
    """
    from parsl.config import Config
    from parsl.executors import HighThroughputExecutor
    from parsl.jobs.error_handlers import windowed_error_handler

    executor = HighThroughputExecutor(
        label="slurm",
        provider=_provider(settings, allocations),
        max_workers_per_node=settings.workers,
        available_accelerators=settings.gpus,
        address=settings.address or "127.0.0.1",
        heartbeat_period=2,
        heartbeat_threshold=SILENCE,
        block_error_handler=functools.partial(windowed_error_handler, threshold=3),
        interchange_launch_cmd=[sys.executable, "-m", "quiescent.jobs.interchange"],
    )
    if settings.address is None:  # Parsl would ask a server on the internet for one more
        executor.address, executor.all_addresses = None, _addresses()
    return Config(
        executors=[executor],
        run_dir=str(folder.absolute()),
        strategy="htex_auto_scale",
        strategy_period=1,
        max_idletime=60,
    )


def _provider(settings: SlurmSettings, allocations: int) -> "SlurmProvider":
    from parsl.launchers import SimpleLauncher
    from parsl.providers import SlurmProvider

    class Provider(SlurmProvider):
        status_polling_interval = POLLING  # Parsl's own is a minute, for which a lost allocation is not replaced

    return Provider(
        partition=settings.partition,
        account=settings.account,
        qos=settings.qos,
        constraint=settings.constraint,
        cores_per_node=max(settings.cpus, settings.workers),  # one for each GPU at least
        mem_per_node=settings.memory,
        gpus_per_node=settings.gpus or None,
        walltime=settings.walltime,
        scheduler_options=f"#SBATCH {settings.options}" if settings.options else "",
        worker_init=f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH\n{settings.setup}",
        init_blocks=0,
        max_blocks=allocations,
        exclusive=False,
        launcher=SimpleLauncher(),
    )


def _addresses() -> set[str]:
    """List the addresses of this machine's interfaces."""
    import psutil

    interfaces = psutil.net_if_addrs().values()
    return {address.address for addresses in interfaces for address in addresses if address.family == socket.AF_INET}
