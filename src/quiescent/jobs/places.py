"""Places where jobs are done: processes on this machine, a Slurm cluster, or a user's Parsl configuration."""

import importlib.util
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch

from quiescent.errors import QuiescentError
from quiescent.jobs.allocations import require_submittable, slurm_config
from quiescent.jobs.parsl import config_in, do, open_local, open_parsl
from quiescent.jobs.schedule import Engine
from quiescent.jobs.slurm import SlurmSettings
from quiescent.machine.device import usable_device

ALLOCATIONS = 4  # of a cluster, unless the user says otherwise


@runtime_checkable
class Place(Protocol):
    """Where jobs are done."""

    @property
    def name(self) -> str:
        """Name it as a user does, after `--on`."""

    def usable_device(self) -> torch.device:
        """Choose the device that jobs are planned for; raises `QuiescentError` for one that cannot be used here."""

    def require_ready(self, folder: Path) -> None:
        """Raise `QuiescentError` if no jobs can be submitted from this machine, with scripts and logs in `folder`."""

    def slots(self) -> int | None:
        """Count the jobs that are done side by side, if that is known."""

    def memory(self) -> float | None:
        """Tell the memory of a GPU that is elsewhere (bytes)."""

    def open_engine(self, folder: Path) -> AbstractContextManager[Engine]:
        """Start what does jobs. Parsl keeps scripts and logs in `folder`, which all nodes of a cluster must see."""


@dataclass(frozen=True)
class Local:
    """Processes on this machine: one for every GPU or, for want of any, one for every core; or `jobs` of them."""

    jobs: int | None = None
    device: str | None = None
    name: str = "local"

    def usable_device(self) -> torch.device:
        require_parsl()
        return usable_device(self.device)

    def require_ready(self, folder: Path) -> None:
        """Raise nothing: this machine can be worked on."""

    def slots(self) -> int:
        return len(devices_here(self.jobs, self.device))

    def memory(self) -> None:
        return None

    def open_engine(self, folder: Path) -> AbstractContextManager[Engine]:
        return open_local(devices_here(self.jobs, self.device))


@dataclass(frozen=True)
class Slurm:
    """Allocations of a Slurm cluster, at most `jobs` at a time."""

    settings: SlurmSettings
    jobs: int = ALLOCATIONS
    device: str | None = None
    name: str = "slurm"

    def usable_device(self) -> torch.device:
        require_parsl()
        return torch.device(self.device or self.settings.device)

    def require_ready(self, folder: Path) -> None:
        if shutil.which("sbatch") is None:
            raise QuiescentError("--on slurm: there is no sbatch here; start this on a login node of the cluster.")
        require_submittable(self.settings, folder)

    def slots(self) -> int:
        return self.jobs * self.settings.workers

    def memory(self) -> float:
        return self.settings.gpu_memory * 1e9

    def open_engine(self, folder: Path) -> AbstractContextManager[Engine]:
        config = slurm_config(self.settings, self.jobs, folder)
        return open_parsl(config, do, self.device or self.settings.device, self.slots())


@dataclass(frozen=True)
class FromFile:
    """Wherever the `config` in a user's Python file has Parsl work."""

    path: Path
    device: str | None = None

    @property
    def name(self) -> str:
        return str(self.path)

    def usable_device(self) -> torch.device:
        require_parsl()
        if not (self.path.suffix == ".py" and self.path.is_file()):
            raise QuiescentError(
                f"--on {self.path}: must be local, slurm, or a Python file that defines Parsl's `config`."
            )
        return torch.device(self.device or "cpu")

    def require_ready(self, folder: Path) -> None:
        """Raise nothing: Parsl finds out."""

    def slots(self) -> None:
        return None

    def memory(self) -> float:
        return SlurmSettings().gpu_memory * 1e9

    def open_engine(self, folder: Path) -> AbstractContextManager[Engine]:
        return open_parsl(config_in(self.path), do, self.device, None)


HERE = Local()


def choose_place(on: str, jobs: int | None, device: str | None, slurm: SlurmSettings) -> Place:
    """Choose a place as a user names it: `local`, `slurm`, or the path of a Python file with Parsl's `config`.

    `jobs`: processes on this machine, or allocations of a cluster.
    """
    if on == "local":
        return Local(jobs, device)
    if on == "slurm":
        return Slurm(slurm, jobs or ALLOCATIONS, device)
    return FromFile(Path(on), device)


def require_parsl() -> None:
    """Raise `QuiescentError` if the engine is not installed."""
    if importlib.util.find_spec("parsl") is None:
        raise QuiescentError("this needs Parsl: pip install 'quiescent[sweep]'")


def devices_here(jobs: int | None, device: str | None) -> list[str]:
    """Name the device of every process on this machine: all GPUs once or, for want of any, every core.

    With `jobs`, as many processes, which share the GPUs.
    """
    usable = usable_device(device)
    if usable.type != "cuda":
        return [str(usable)] * (jobs or (torch.get_num_threads() if usable.type == "cpu" else 1))
    if usable.index is not None:
        return [str(usable)] * (jobs or 1)
    number = torch.cuda.device_count()
    return [f"cuda:{at % number}" for at in range(jobs or number)]
