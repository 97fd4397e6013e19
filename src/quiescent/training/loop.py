"""Train one population: a fresh batch per step, tested and saved as it goes."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch

from quiescent.errors import QuiescentError
from quiescent.machine.lanes import Lanes
from quiescent.machine.lease import Lease, leases
from quiescent.machine.leftovers import clear_leftovers
from quiescent.recordings.parts import Part
from quiescent.runs.log import Metrics
from quiescent.runs.open import read_config
from quiescent.runs.origin import require_trained_here
from quiescent.runs.run import Run
from quiescent.simulation.loss import loss_gradients, losses_and_errors
from quiescent.simulation.members import sample
from quiescent.streams import open_streams
from quiescent.training.populations import equally_far
from quiescent.training.state import State, initial_state, restore, save


class Progress(NamedTuple):
    """Progress of the training of one population, after one batch.

    Attributes
    ----------
    batch, batches
        Number of batches done, and wanted.
    losses
        Loss of this batch, one per member: mean squared error of the outputs, or cross-entropy (nats).
    errors
        Mean squared distance between true and decoded path in the latest test (m^2 or rad^2), one per member; None
        if this process has not tested yet.

    Examples
    --------
    >>> progress = Progress(batch=100, batches=2500, losses=[0.012, 0.011], errors=[0.04, 0.05])
    >>> progress.batch / progress.batches
    0.04
    """

    batch: int
    batches: int
    losses: list[float]
    errors: list[float] | None


class Exploded(QuiescentError):  # noqa: N818 - a fate, of one run
    """The loss or the weights of a run became infinite or NaN."""

    def __init__(self, run: Run, what: str) -> None:
        rate = read_config(run).training.learning_rate
        super().__init__(f"{run.folder}: {what}. Try a smaller training.learning_rate (now {rate:g}).")
        self.run = run


def ignore(_: Progress) -> None:
    """Hear of progress and do nothing."""


def never() -> bool:
    """Answer no, whenever asked whether to stop or to wait."""
    return False


def train_together(
    runs: Sequence[Run],
    *,
    device: torch.device | str = "cpu",
    on_progress: Callable[[Progress], None] = ignore,
    stop_asked: Callable[[], bool] = never,
    wait: Callable[[], bool] = never,
) -> None:
    """Train unfinished runs of equal shapes as one population, until they are finished or `stop_asked()`, then saved.

    `on_progress` is called after every batch. Runs that another process works on are waited for while `wait()`; then
    they raise `Held`. Runs that are not equally far go on in groups that are, one after another.
    """
    for run in runs:
        require_trained_here(run)
    with leases([run.folder for run in runs], wait=wait) as held:
        lease_of = dict(zip(runs, held, strict=True))
        for run in runs:
            clear_leftovers(run.folder / "checkpoints", age=0.0)
            run.set_damaged_aside(lease_of[run].require)
        for group in equally_far(runs):
            if stop_asked():
                break
            with Lanes(torch.device(device)) as lanes:
                own = [lease_of[run] for run in group]
                Training(group, own, torch.device(device), lanes).run(on_progress, stop_asked)


class Training:
    """Train runs of equal shapes that are equally far, from their newest checkpoints or from the beginning.

    Before anything is written to a run, its lease is asked whether this process still holds it.
    """

    def __init__(self, runs: Sequence[Run], held: Sequence[Lease], device: torch.device, lanes: Lanes) -> None:
        configs = [read_config(run) for run in runs]
        self._runs, self._leases, self._lanes = runs, held, lanes
        self._asks = [lease.require for lease in held]
        self._settings = configs[0].training
        self._state = initial_state(configs, device)
        self._batch = self._saved = runs[0].batches_done()
        self._errors: list[float] | None = None

    def run(self, on_progress: Callable[[Progress], None], stop_asked: Callable[[], bool]) -> None:
        """Train until finished, or until `stop_asked()` after a batch; either way the last batch is saved."""
        if self._batch:
            self.restore()
        else:
            self.begin()
        while self._batch < self._settings.batches and not stop_asked():
            losses = self.step()
            if self._is_due(self._settings.test_every):
                self.test()
            if self._is_due(self._settings.save_every):
                self.save()
            on_progress(Progress(self._batch, self._settings.batches, losses, self._errors))
        if self._saved < self._batch:  # stopped between two checkpoints
            self.save()

    def begin(self) -> None:
        """Forget the tests of an earlier beginning, of which nothing was saved, and test the untrained networks."""
        for run, ask in zip(self._runs, self._asks, strict=True):
            run.truncate_metrics(-1, ask)
        self.test()

    def restore(self) -> None:
        """Return to the newest checkpoints, and forget the tests that will be repeated."""
        self._batch = self._saved = restore(self._state, self._runs)
        for run, ask in zip(self._runs, self._asks, strict=True):
            run.truncate_metrics(self._batch, ask)

    def step(self) -> list[float]:
        """Train one batch and tell how far it is; returns the loss of every member."""
        losses = train_batch(self._state, self._lanes)
        self._batch += 1
        self._require_finite(losses)
        for lease in self._leases:
            lease.note(self._batch)
        return losses

    def test(self) -> None:
        """Test every member on trials and noise that are the same in every test, and log the result.

        Trials are of behaviour that is held out, and, where any is, of the other part too, for comparison.
        """
        losses, self._errors = self._tested("held_out")
        self._require_finite(losses)
        learnt: Sequence[float | None] = [None] * len(losses)
        if any(config.task.held_out for config in self._state.members.configs):
            learnt = self._tested("training")[1]
        tests = zip(self._runs, losses, self._errors, learnt, self._asks, strict=True)
        for run, loss, error, training_error, ask in tests:
            run.append_metrics(Metrics(self._batch, loss, error, training_error), ask)

    def _tested(self, part: Part) -> tuple[list[float], list[float]]:
        members, trials = self._state.members, self._settings.batch_size
        streams = [open_streams(seed, "testing", trials, members.network.device) for seed in members.seeds]
        return losses_and_errors(members, sample(members, trials, streams, part), streams, self._lanes)

    def save(self) -> None:
        """Write a checkpoint of every run. Raises `Exploded` for weights that are not finite, which are not written."""
        weights = self._state.members.network.weights.values()
        for member, (run, ask) in enumerate(zip(self._runs, self._asks, strict=True)):
            if not all(bool(torch.isfinite(weight[member]).all()) for weight in weights):
                what = f"weights became infinite or NaN by batch {self._batch}; nothing was overwritten"
                raise Exploded(run, what)
            save(self._state, member, run, self._batch, ask)
        self._saved = self._batch

    def _is_due(self, every: int) -> bool:
        return self._batch % every == 0 or self._batch == self._settings.batches

    def _require_finite(self, losses: Sequence[float]) -> None:
        kept = f"the checkpoint of batch {self._saved} is kept" if self._saved else "there is no checkpoint yet"
        for run, loss in zip(self._runs, losses, strict=True):
            if not math.isfinite(loss):
                raise Exploded(run, f"the loss became {loss} at batch {self._batch}; {kept}")


def train_batch(state: State, lanes: Lanes) -> list[float]:
    """Take one step of the optimizer on a fresh batch; returns the loss of every member."""
    members, optimizer, streams = state
    batch = sample(members, members.training.batch_size, streams)
    losses, gradients = loss_gradients(members, batch, streams, lanes)
    for name, weight in members.network.weights.items():
        weight.grad = gradients[name]
    optimizer.step()
    return [float(loss) for loss in losses.tolist()]
