"""Allocations of a Slurm cluster: how Parsl gets and keeps them, with all paths quoted that a shell is to read."""

import functools
import shlex
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quiescent.errors import QuiescentError
from quiescent.jobs.slurm import SlurmSettings

if TYPE_CHECKING:
    from parsl.config import Config as ParslConfig
    from parsl.executors import HighThroughputExecutor
    from parsl.providers import SlurmProvider

POLLING = 10  # s between looks at the queue
SILENCE = 20  # s after which a worker that says nothing is taken for lost
UNQUOTABLE = "\\["  # Slurm takes the first out of paths; Parsl takes the second for a pattern when it is there again


def require_submittable(settings: SlurmSettings, folder: Path) -> None:
    """Raise `QuiescentError` for an address that nodes cannot be given, or a folder whose path cannot be quoted."""
    for path in (folder.absolute(), Path(sys.executable).parent):
        if not str(path).isprintable() or any(sign in str(path) for sign in UNQUOTABLE):
            raise QuiescentError(
                f"--on slurm: the folder {str(path)!r} cannot be named in a job's script; its path must be of "
                f"printable signs other than {' and '.join(UNQUOTABLE)}."
            )
    here = sorted(_addresses())
    if settings.address is not None and settings.address not in here:
        raise QuiescentError(f"address={settings.address}: must be one of this machine's, {', '.join(here)}.")


def slurm_config(settings: SlurmSettings, allocations: int, folder: Path) -> "ParslConfig":
    """Configure Parsl to hold as many allocations as there is work for, at most `allocations` at a time.

    Parsl keeps its scripts and logs in `folder`.
    """
    from parsl.config import Config
    from parsl.jobs.error_handlers import windowed_error_handler

    executor = _executor()(
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


def _executor() -> "type[HighThroughputExecutor]":
    from parsl.executors import HighThroughputExecutor

    class Executor(HighThroughputExecutor):
        def initialize_scaling(self) -> None:
            # Parsl would write both folders as they are into the command that starts workers, which it formats twice.
            for name, path in (("{cert_dir}", self.cert_dir), ("{logdir}", self.worker_logdir)):
                quoted = shlex.quote(str(path)).replace("{", "{{{{").replace("}", "}}}}")
                self.launch_cmd = self.launch_cmd.replace(name, quoted)
            super().initialize_scaling()  # type: ignore[no-untyped-call]

    return Executor


def _provider(settings: SlurmSettings, allocations: int) -> "SlurmProvider":
    from parsl.launchers import SimpleLauncher
    from parsl.providers import SlurmProvider

    class Provider(SlurmProvider):
        status_polling_interval = POLLING  # Parsl's own is a minute, for which a lost allocation is not replaced

        # Parsl would hand the path of the script to a shell, and those of its logs to Slurm, as they are.
        def execute_wait(self, command: str, timeout: int | None = None) -> tuple[int, str, str]:
            program, _, path = command.partition(" ")
            quoted = shlex.join([program, path]) if program == "sbatch" else command
            return super().execute_wait(quoted, timeout)  # type: ignore[no-any-return, no-untyped-call]

        def _write_submit_script(self, template: str, script: str, job: str, values: dict[str, Any]) -> None:
            logs = {key: _for_slurm(values[key]) for key in ("job_stdout_path", "job_stderr_path")}
            super()._write_submit_script(template, script, job, values | logs)  # type: ignore[no-untyped-call]

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


def _for_slurm(path: str) -> str:
    """Quote a path for a line of `#SBATCH`, in which % begins a pattern."""
    quoted = path.replace('"', '\\"').replace("%", "%%")
    return f'"{quoted}"'


def _addresses() -> set[str]:
    """List the addresses of this machine's interfaces."""
    import psutil

    interfaces = psutil.net_if_addrs().values()
    return {address.address for addresses in interfaces for address in addresses if address.family == socket.AF_INET}
