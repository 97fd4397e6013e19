"""Train runs to their end, one population after another or in one process per core."""

import contextlib
import queue
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.machine.caller import Caller
from quiescent.machine.device import usable_device
from quiescent.machine.stopping import Interrupted, Stopped
from quiescent.machine.worker import Ended, Worker
from quiescent.networks import NETWORKS
from quiescent.recordings.load import handed_over
from quiescent.runs.open import default_folder, open_runs, read_config
from quiescent.runs.run import Run
from quiescent.training.loop import Exploded, Progress, ignore, train_together
from quiescent.training.populations import populations_of, require_training_memory

WARM_UP = "quiescent.training.train:warm_up"
CALL = "quiescent.training.train:train_call"
POLL = 0.2  # s between looks at whether to stop


def train(
    config: Config,
    out: Path | str | None = None,
    *,
    device: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[Run]:
    """Train one network per seed of a configuration and return their finished runs.

    Finished runs are not trained again, and unfinished ones go on where they stopped, to the same weights. Ctrl-C
    saves first.

    Parameters
    ----------
    config
        What to train, from `load_config`.
    out
        Folder of the runs, which lie in `out/seed_K`; by default `runs/<configuration>`.
    device
        Where to compute, such as `cpu` or `cuda:1`; by default a GPU if there is one.
    on_progress
        Called with a `Progress` after every batch of every population.

    Returns
    -------
    list of Run
        One finished run per seed, in the order of `config.seed`.

    Raises
    ------
    QuiescentError
        If the folder holds runs of another configuration, another process works on a run, the device cannot be used,
        this machine has too little memory, or a loss becomes infinite; `Interrupted`, one of its kind, after Ctrl-C.

    Examples
    --------
    >>> import tempfile
    >>> from quiescent import load_config, train
    >>> words = ("network.units=8", "task.place_cells.number=8", "task.steps=5", "training.batches=2")
    >>> config = load_config("spatial_navigation/noisy_unbiased", "seed=0,1", *words)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [run.finished() for run in train(config, folder, device="cpu")]
    [True, True]
    """
    require_training_memory([config], usable_device(device))  # before anything is written
    runs = open_runs(config, Path(out) if out is not None else default_folder(config))
    finish(runs, device=device, on_progress=on_progress)
    return runs


def finish(
    runs: Sequence[Run],
    *,
    device: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> None:
    """Train whatever is unfinished of some runs, of one or several configurations.

    On a CPU in one process per core, each with one network at a time; a network alone, or of a kind that only this
    process knows, gets all cores. On a GPU as populations. Ctrl-C, SIGTERM, SIGUSR2 and SIGHUP save first; then
    `Interrupted` is raised.
    """
    on_progress = on_progress or ignore
    total, usable, cores = batches_left(runs), usable_device(device), torch.get_num_threads()
    with Stopped() as stopped:
        populations = populations_of(runs, usable)
        several = usable.type == "cpu" and cores > 1 and len(populations) > 1
        if several and all(is_built_in(read_config(run)) for run in runs):
            _train_in_processes([run for (run,) in populations], cores, on_progress, lambda: stopped.asked)
        else:
            for population in populations:
                if not stopped.asked:
                    train_together(population, device=usable, on_progress=on_progress, stop_asked=lambda: stopped.asked)
    left = batches_left(runs)
    if left:
        raise Interrupted(f"stopped and saved after {total - left} of {total} batches; start it again to go on")


def batches_left(runs: Sequence[Run]) -> int:
    """Count the batches, each of one network, that are still to be trained."""
    return sum(max(0, run.batches_wanted() - run.batches_done()) for run in runs)


def is_built_in(config: Config) -> bool:
    """Tell whether a fresh process can train this configuration: its network and task are defined in `quiescent`.

    Those that the caller registered are known to the caller's process only.
    """
    homes = (NETWORKS[config.network.kind].update.__module__, type(config.task).__module__)
    return all(home.startswith("quiescent.") for home in homes)


def train_for(caller: Caller, runs: Sequence[Run], device: torch.device) -> list[Exploded]:
    """Train unfinished runs in a worker's child, waiting for those that other processes work on.

    Runs that explode are left out and the others of their population go on; returns why each was left out.
    """
    exploded: list[Exploded] = []
    remaining = list(runs)
    with caller.saving():
        while not caller.stop_asked() and (populations := populations_of(remaining, device)):
            try:
                train_together(
                    populations[0],
                    device=device,
                    on_progress=lambda progress: caller.report(progress._asdict()),
                    stop_asked=caller.stop_asked,
                    wait=lambda: not caller.stop_asked(),
                )
            except Exploded as error:
                exploded.append(error)
                remaining.remove(error.run)
    return exploded


def train_call(caller: Caller, folder: str) -> None:
    """Train the run of a folder on the CPU: the call that a `Worker` makes for `finish`."""
    for exploded in train_for(caller, [Run(Path(folder))], torch.device("cpu")):
        raise exploded


def warm_up() -> None:
    """Prepare a fresh process for training: it now has imported PyTorch, which takes a second or two."""
    torch.set_num_threads(1)


def _train_in_processes(
    runs: Sequence[Run], number: int, on_progress: Callable[[Progress], None], stop_asked: Callable[[], bool]
) -> None:
    """Train every run in its own process, `number` at a time. A stop, or an error in any, lets the others save."""
    events: queue.SimpleQueue[Progress | Ended] = queue.SimpleQueue()
    waiting = deque(runs)

    def work(worker: Worker) -> None:
        with contextlib.suppress(IndexError):  # nothing waits any more
            while True:
                events.put(_train_in(worker, waiting.popleft(), events.put))

    with contextlib.ExitStack() as stack:
        handed = stack.enter_context(handed_over())
        workers = [Worker(WARM_UP, *handed) for _ in range(min(number, len(runs)))]
        for worker in workers:
            stack.callback(worker.close)
        pool = stack.enter_context(ThreadPoolExecutor(len(workers)))
        for worker in workers:
            stack.callback(worker.stop)
            pool.submit(work, worker)
        stack.callback(waiting.clear)
        ended = 0
        while ended < len(runs) and not stop_asked():
            with contextlib.suppress(queue.Empty):
                event = events.get(timeout=POLL)
                if isinstance(event, Progress):
                    on_progress(event)
                else:
                    _require_well(event)
                    ended += 1


def _train_in(worker: Worker, run: Run, on_progress: Callable[[Progress], None]) -> Ended:
    folder = str(run.folder.absolute())
    try:
        ended = worker.call(
            CALL, {"folder": folder}, title=str(run.folder), on_report=lambda values: on_progress(Progress(**values))
        )
    except Exception as error:
        return Ended("failed", f"{run.folder}: its process could not be run ({error})")
    if ended.state == "killed":
        said = f"{run.folder}: its process ended with {ended.message}. Start it again to go on."
        return ended._replace(message=said)
    return ended


def _require_well(ended: Ended) -> None:
    for text in ended.warnings:
        warnings.warn(text, stacklevel=2)
    if ended.state in ("failed", "killed"):
        raise QuiescentError(ended.message)
