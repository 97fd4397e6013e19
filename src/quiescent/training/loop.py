"""Train populations: one fresh batch per step, tested and saved as it goes."""

import contextlib
import math
import signal
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.machine.lanes import Lanes
from quiescent.machine.lease import Lease, leases
from quiescent.networks import NETWORKS
from quiescent.runs.run import Metrics, Run, default_folder, open_runs
from quiescent.simulation.loss import held_out_errors, loss_gradients
from quiescent.simulation.members import Members, sample, untrained
from quiescent.streams import Streams, open_streams
from quiescent.training.populations import equally_far, groups_to_train


class Progress(NamedTuple):
    """Where a training stands. Errors are mean squared distances (m^2 or rad^2), one per member."""

    batch: int
    batches: int
    losses: list[float]
    errors: list[float] | None  # of the latest test


class Interrupted(QuiescentError):  # noqa: N818 - not an error, but the user's wish
    """Training was stopped by the user, after it was saved."""


class Exploded(QuiescentError):  # noqa: N818 - a fate, of one run
    """The loss or the weights of a run became infinite or NaN."""

    def __init__(self, run: Run, what: str) -> None:
        rate = run.config().training.learning_rate
        super().__init__(f"{run.folder}: {what}. Try a smaller training.learning_rate (now {rate:g}).")
        self.run = run


def train(
    config: Config,
    out: Path | str | None = None,
    *,
    device: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[Run]:
    """Train one network per seed of `config` and return their finished runs.

    Runs lie in `out/seed_K` (default `runs/<configuration>/seed_K`). Finished runs are not trained
    again and unfinished ones go on where they stopped, to the same weights. Ctrl-C saves first.
    """
    usable_device(device)  # before anything is written
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
    process knows, gets all cores. On a GPU as populations. Ctrl-C, SIGTERM and SIGUSR2 save first.
    """
    total = batches_left(runs)
    with Stopped() as stopped:
        steps = _all_steps(runs, usable_device(device))
        for progress in steps:
            if on_progress is not None:
                on_progress(progress)
            if stopped.asked:
                steps.close()
                break
        left = batches_left(runs)
        if left:
            done = total - left
            raise Interrupted(f"stopped and saved after {done} of {total} batches; start it again to go on")


def _all_steps(runs: Sequence[Run], device: torch.device) -> Generator[Progress, None, None]:
    groups, jobs = groups_to_train(runs, device), torch.get_num_threads()
    if device.type == "cpu" and jobs > 1 and len(groups) > 1 and all(is_built_in(run.config()) for run in runs):
        from quiescent.machine.worker import train_in_processes  # which imports this module

        yield from train_in_processes([run for (run,) in groups], jobs)
    else:
        for group in groups:
            yield from training_steps(group, device=device)


def is_built_in(config: Config) -> bool:
    """True if a fresh process can train this configuration: its network and task are not registered by the caller."""
    homes = (NETWORKS[config.network.kind].update.__module__, type(config.task).__module__)
    return all(home.startswith("quiescent.") for home in homes)


def usable_device(device: str | None = None) -> torch.device:
    """The device of that name, by default a GPU if there is one; one that is not there is an error."""
    name = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(0, device=name)
        return torch.device(name)
    except (RuntimeError, AssertionError, ValueError) as error:
        raise QuiescentError(f"device={name}: cannot be used here ({str(error).splitlines()[0]}).") from None


def batches_left(runs: Sequence[Run]) -> int:
    """Number of batches, each of one network, that are still to be trained."""
    return sum(max(0, run.config().training.batches - run.batches_done()) for run in runs)


def training_steps(
    runs: Sequence[Run], *, device: torch.device | str = "cpu", wait: Callable[[], bool] = lambda: False
) -> Generator[Progress, None, None]:
    """Train runs of equal shapes as one population; yields after every batch.

    Closing the iterator saves a checkpoint, from which training goes on exactly. Runs that another process works on
    are waited for as long as `wait()` says so, and are an error otherwise.
    """
    with leases([run.folder for run in runs], wait=wait) as held:
        for run in runs:
            run.set_damaged_aside()
        for group in equally_far(runs):
            yield from _population_steps(group, held, device)


def _population_steps(
    runs: Sequence[Run], held: Sequence[Lease], device: torch.device | str
) -> Generator[Progress, None, None]:
    configs = [run.config() for run in runs]
    settings = configs[0].training
    batch = runs[0].batches_done()
    members = untrained(configs).to(device)
    optimizer = adam(members)
    streams = [open_streams(seed, "training", settings.batch_size, members.network.device) for seed in members.seeds]
    if batch:
        _restore(runs, members, optimizer, streams)
    for run in runs:
        run.truncate_metrics(batch)

    def save() -> None:
        for lease in held:
            lease.require()
        _save(runs, members, optimizer, streams, batch)

    saved = batch
    with Lanes(members.network.device) as lanes:
        errors = None if batch else _test(runs, members, 0, lanes)
        try:
            while batch < settings.batches:
                values = train_batch(members, optimizer, streams, lanes)
                batch += 1
                _require_finite(runs, values, batch, saved)
                last = batch == settings.batches
                if batch % settings.test_every == 0 or last:
                    errors = _test(runs, members, batch, lanes)
                if batch % settings.save_every == 0 or last:
                    save()
                    saved = batch
                for lease in held:
                    lease.note(batch)
                yield Progress(batch, settings.batches, values, errors)
        except GeneratorExit:
            if saved < batch:
                save()
            raise


def adam(members: Members) -> torch.optim.Adam:
    """The optimizer of all members' weights."""
    settings = members.configs[0].training
    return torch.optim.Adam(
        list(members.network.weights.values()),
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        fused=True,
    )


def train_batch(
    members: Members, optimizer: torch.optim.Optimizer, streams: Sequence[Streams], lanes: Lanes
) -> list[float]:
    """One step of the optimizer on a fresh batch; returns every member's loss."""
    batch = sample(members, members.configs[0].training.batch_size, streams)
    losses, gradients = loss_gradients(members, batch, streams, lanes)
    for name, weight in members.network.weights.items():
        weight.grad = gradients[name]
    optimizer.step()
    return [float(loss) for loss in losses.tolist()]


STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGUSR2") if hasattr(signal, name)]


class Stopped:
    """Turns Ctrl-C, or a scheduler's signal that time is up, into a wish to stop after the current batch.

    A second Ctrl-C stops at once.
    """

    asked = False

    def __enter__(self) -> "Stopped":
        self._before: dict[int, Any] = {}
        with contextlib.suppress(ValueError):  # not in the main thread, where no signal comes
            for number in STOPS:
                self._before[number] = signal.signal(number, self._ask)
        return self

    def _ask(self, number: int, _frame: object) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _test(runs: Sequence[Run], members: Members, batch_number: int, lanes: Lanes) -> list[float]:
    trials = members.configs[0].training.batch_size
    streams = [open_streams(seed, "testing", trials, members.network.device) for seed in members.seeds]
    losses, errors = held_out_errors(members, sample(members, trials, streams), streams, lanes)
    _require_finite(runs, losses, batch_number, runs[0].batches_done())
    for run, loss, error in zip(runs, losses, errors, strict=True):
        run.append_metrics(Metrics(batch_number, loss, error))
    return errors


def _require_finite(runs: Sequence[Run], losses: Sequence[float], batch: int, saved: int) -> None:
    kept = f"the checkpoint of batch {saved} is kept" if saved else "there is no checkpoint yet"
    for run, loss in zip(runs, losses, strict=True):
        if not math.isfinite(loss):
            raise Exploded(run, f"the loss became {loss} at batch {batch}; {kept}")


def _save(
    runs: Sequence[Run],
    members: Members,
    optimizer: torch.optim.Adam,
    streams: Sequence[Streams],
    batch: int,
) -> None:
    weights = members.network.weights
    for k, run in enumerate(runs):
        tensors = {f"weights/{name}": weight[k] for name, weight in weights.items()}
        if not all(bool(torch.isfinite(weight).all()) for weight in tensors.values()):
            raise Exploded(run, f"weights became infinite or NaN by batch {batch}; nothing was overwritten")
        for name, weight in weights.items():
            for moment in ("exp_avg", "exp_avg_sq"):
                tensors[f"{moment}/{name}"] = optimizer.state[weight][moment][k]
        tensors["streams"] = streams[k].state()
        cells = members.codes[k].cells
        if cells is not None:
            tensors["cells"] = cells
        run.save_checkpoint(batch, tensors)


def _restore(runs: Sequence[Run], members: Members, optimizer: torch.optim.Adam, streams: Sequence[Streams]) -> None:
    checkpoints = [run.load_checkpoint() for run in runs]
    for name, weight in members.network.weights.items():

        def stacked(kind: str, name: str = name, weight: Tensor = weight) -> Tensor:
            return torch.stack([one.tensors[f"{kind}/{name}"] for one in checkpoints]).to(weight)

        with torch.no_grad():
            weight.copy_(stacked("weights"))
        optimizer.state[weight] = {
            "step": torch.tensor(float(checkpoints[0].batch), device=weight.device),
            "exp_avg": stacked("exp_avg"),
            "exp_avg_sq": stacked("exp_avg_sq"),
        }
    for run, one, checkpoint in zip(runs, streams, checkpoints, strict=True):
        try:
            one.restore(checkpoint.tensors["streams"])
        except (KeyError, ValueError, RuntimeError):
            raise QuiescentError(
                f"{run.folder}: its random streams were saved on another kind of device, or by another version. "
                "Go on there, or train it anew with another --out."
            ) from None
