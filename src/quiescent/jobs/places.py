"""Engines that do jobs, all of them Parsl's: processes on this machine, a Slurm cluster, or a user's configuration."""

import importlib.util
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from quiescent.errors import EngineLost, QuiescentError
from quiescent.jobs.job import Job, Outcome, from_plain, to_plain
from quiescent.jobs.schedule import Engine
from quiescent.jobs.slurm import SlurmSettings, slurm_config
from quiescent.machine.worker import Worker
from quiescent.training.loop import usable_device

if TYPE_CHECKING:
    from parsl.config import Config as ParslConfig

Perform = Callable[[dict[str, Any], str | None], Outcome]

ALLOCATIONS = 4  # of a cluster, unless the user says otherwise
_WORKERS: dict[int, Worker] = {}  # of this process, by the thread that hands them jobs


def do(plain: dict[str, Any], device: str | None) -> Outcome:
    """Do a job in a worker process of this thread's."""
    worker = _WORKERS.setdefault(threading.get_ident(), Worker())
    return worker.perform(from_plain(plain), device)


class Place(NamedTuple):
    """Where jobs are done: `on` is `local`, `slurm`, or the path of a Python file with a Parsl `config`.

    `jobs` are the processes on this machine, or the allocations on a cluster.
    """

    on: str = "local"
    jobs: int | None = None
    device: str | None = None
    slurm: SlurmSettings = SlurmSettings()

    def usable(self) -> torch.device:
        """The device that jobs are planned for; one of this machine that is not there is an error."""
        require_parsl()
        if self.on == "local":
            return usable_device(self.device)
        if self.on == "slurm":
            return torch.device(self.device or self.slurm.device)
        if not (self.on.endswith(".py") and Path(self.on).is_file()):
            raise QuiescentError(
                f"--on {self.on}: must be local, slurm, or a Python file that defines Parsl's `config`."
            )
        return torch.device(self.device or "cpu")

    def require_ready(self) -> None:
        """Raise `QuiescentError` if no jobs can be submitted from this machine."""
        if self.on == "slurm" and shutil.which("sbatch") is None:
            raise QuiescentError("--on slurm: there is no sbatch here; start this on a login node of the cluster.")

    def slots(self) -> int | None:
        """How many jobs are done side by side, if that is known."""
        if self.on == "local":
            return len(devices_here(self.jobs, self.device))
        return (self.jobs or ALLOCATIONS) * self.slurm.workers if self.on == "slurm" else None

    def memory(self) -> float | None:
        """Memory of a GPU that is elsewhere (bytes)."""
        return None if self.on == "local" else self.slurm.gpu_memory * 1e9


HERE = Place()


def require_parsl() -> None:
    """Raise `QuiescentError` if the engine is not installed."""
    if importlib.util.find_spec("parsl") is None:
        raise QuiescentError("this needs Parsl: pip install 'quiescent[sweep]'")


def open_engine(place: Place, folder: Path) -> AbstractContextManager[Engine]:
    """Start what does jobs. Parsl keeps its scripts and logs in `folder`, which all nodes of a cluster must see."""
    if place.on == "local":
        return _local(place)
    if place.on == "slurm":
        config = slurm_config(place.slurm, place.jobs or ALLOCATIONS, folder)
        return _started(config, do, place.device or place.slurm.device, place.slots())
    return _started(_from_file(Path(place.on)), do, place.device, None)


@contextmanager
def _local(place: Place) -> Iterator[Engine]:
    from parsl.config import Config
    from parsl.executors import ThreadPoolExecutor

    workers = [(Worker(), name) for name in devices_here(place.jobs, place.device)]
    idle: queue.SimpleQueue[tuple[Worker, str]] = queue.SimpleQueue()
    for one in workers:
        idle.put(one)

    def perform(plain: dict[str, Any], _: str | None) -> Outcome:
        worker, name = idle.get()
        try:
            return worker.perform(from_plain(plain), name)
        finally:
            idle.put((worker, name))

    with tempfile.TemporaryDirectory() as folder:
        executor = ThreadPoolExecutor(max_threads=len(workers))
        config = Config(executors=[executor], run_dir=folder, initialize_logging=False, strategy="none")
        with _started(config, perform, None, len(workers), [worker for worker, _ in workers]) as engine:
            yield engine


def devices_here(jobs: int | None, device: str | None) -> list[str]:
    """The device of every process on this machine: all GPUs once or, for want of any, every core."""
    kind = usable_device(device)
    if kind.type != "cuda":
        return [str(kind)] * (jobs or (torch.get_num_threads() if kind.type == "cpu" else 1))
    if kind.index is not None:
        return [str(kind)] * (jobs or 1)
    number = torch.cuda.device_count()
    return [f"cuda:{at % number}" for at in range(jobs or number)]


@contextmanager
def _started(
    config: "ParslConfig", perform: Perform, device: str | None, slots: int | None, own: Sequence[Worker] = ()
) -> Iterator[Engine]:
    import parsl
    from parsl.dataflow.dflow import DataFlowKernel

    kernel = DataFlowKernel(config)
    app = parsl.python_app(perform, data_flow_kernel=kernel)

    def submit(job: Job) -> "Future[Outcome]":
        return app(to_plain(job), device)  # type: ignore[no-any-return]

    def stop() -> None:
        for worker in [*own, *_WORKERS.values()]:
            worker.stop()

    try:
        yield Engine(submit, stop, lambda: _require_alive(config), slots)
    finally:
        stop()
        if not _interchange_ended(config):  # its clean-up would wait for ever
            kernel.cleanup()
        for worker in [*own, *_WORKERS.values()]:
            worker.close()
        _WORKERS.clear()


def _require_alive(config: "ParslConfig") -> None:
    for executor in config.executors:
        if getattr(executor, "bad_state_is_set", False):
            said = " ".join(str(getattr(executor, "executor_exception", "")).split())
            raise QuiescentError(f"no workers could be started: {said.partition(' Error 2:')[0]}")
    if _interchange_ended(config):
        for executor in config.executors:
            blocks = list(getattr(executor, "blocks_to_job_id", {}).values())
            if blocks:
                executor.provider.cancel(blocks)  # type: ignore[attr-defined]
        raise EngineLost("Parsl's interchange ended unexpectedly; give the same command again to go on.")


def _interchange_ended(config: "ParslConfig") -> bool:
    processes = (getattr(executor, "interchange_proc", None) for executor in config.executors)
    return any(process is not None and process.poll() is not None for process in processes)


def _from_file(path: Path) -> "ParslConfig":
    """The `config` of a user's own Python file, which is run, as Parsl's documentation has it."""
    from parsl.config import Config

    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise QuiescentError(f"--on {path}: cannot be run ({type(error).__name__}: {error}).") from None
    config = getattr(module, "config", None)
    if not isinstance(config, Config):
        raise QuiescentError(f"--on {path}: must define `config`, a parsl.Config.")
    return config
