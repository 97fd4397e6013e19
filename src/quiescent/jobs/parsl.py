"""Engines that do jobs on Parsl: processes on this machine, or wherever a Parsl configuration says."""

import importlib.util
import queue
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quiescent.errors import EngineLost, QuiescentError
from quiescent.jobs.job import Job, from_plain, to_plain
from quiescent.jobs.schedule import Engine
from quiescent.machine.worker import Ended, Worker
from quiescent.recordings.load import handed_over

if TYPE_CHECKING:
    from parsl.config import Config as ParslConfig

PERFORM = "quiescent.jobs.perform:perform"
WARM_UP = "quiescent.training.train:warm_up"
_WORKERS: dict[int, Worker] = {}  # of this process, by the thread that hands them jobs


def do(job: dict[str, Any], device: str | None) -> Ended:
    """Do a job, given as plain values, in the worker process of the thread that this runs in, and wait for its end."""
    return _do_in(_WORKERS.setdefault(threading.get_ident(), Worker(WARM_UP)), job, device)


def _do_in(worker: Worker, job: dict[str, Any], device: str | None) -> Ended:
    return worker.call(PERFORM, {"job": job, "device": device}, title=from_plain(job).name)


@contextmanager
def open_local(devices: Sequence[str]) -> Iterator[Engine]:
    """Open an engine of one process on this machine for every device that is named; cores are named once each."""
    from parsl.config import Config
    from parsl.executors import ThreadPoolExecutor

    idle: queue.SimpleQueue[tuple[Worker, str]] = queue.SimpleQueue()

    def do_here(job: dict[str, Any], _: str | None) -> Ended:
        worker, device = idle.get()
        try:
            return _do_in(worker, job, device)
        finally:
            idle.put((worker, device))

    with tempfile.TemporaryDirectory() as folder, handed_over() as handed:
        workers = [Worker(WARM_UP, *handed) for _ in devices]
        for pair in zip(workers, devices, strict=True):
            idle.put(pair)
        executor = ThreadPoolExecutor(max_threads=len(workers))
        config = Config(executors=[executor], run_dir=folder, initialize_logging=False, strategy="none")
        with open_parsl(config, do_here, None, len(workers), workers) as engine:
            yield engine


@contextmanager
def open_parsl(
    config: "ParslConfig",
    perform: Callable[[dict[str, Any], str | None], Ended],
    device: str | None,
    slots: int | None,
    workers: Sequence[Worker] = (),
) -> Iterator[Engine]:
    """Open an engine on a Parsl configuration; in the end it lets what runs save, and waits for it.

    `perform` is called with a job as plain values and the name of a device; `workers` are those of this process that
    it uses.
    """
    import parsl
    from parsl.dataflow.dflow import DataFlowKernel

    kernel = DataFlowKernel(config)
    app = parsl.python_app(perform, data_flow_kernel=kernel)

    def submit(job: Job) -> "Future[Ended]":
        return app(to_plain(job), device)  # type: ignore[no-any-return]

    def stop() -> None:
        for worker in [*workers, *_WORKERS.values()]:
            worker.stop()

    try:
        yield Engine(submit, stop, lambda: _require_alive(config), slots)
    finally:
        stop()
        if not _interchange_ended(config):  # its clean-up would wait for ever
            kernel.cleanup()
        for worker in [*workers, *_WORKERS.values()]:
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


def config_in(path: Path) -> "ParslConfig":
    """Run a user's own Python file, as Parsl's documentation has it, and return the `config` that it defines.

    Raises `QuiescentError` for a file that cannot be run or defines none.
    """
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
