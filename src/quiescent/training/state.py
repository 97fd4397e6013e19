"""A population's state in training, and the checkpoints that hold it.

Only this module knows what a checkpoint holds:

| array | of one member |
|---|---|
| `weights/NAME` | a matrix of weights, or a bias |
| `exp_avg/NAME`, `exp_avg_sq/NAME` | the optimizer's running means of its gradient, and of the gradient's square |
| `streams` | where the random streams are, as bytes |
| `cells` | the centres of the cells that code the variable, where these are random |
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.runs.open import require_finished
from quiescent.runs.run import Run
from quiescent.simulation.members import Members, assemble, untrained
from quiescent.streams import Streams, open_streams

WEIGHTS, MOMENTS = "weights", ("exp_avg", "exp_avg_sq")


class State(NamedTuple):
    """Everything that changes from batch to batch: members with their weights, the optimizer, random streams."""

    members: Members
    optimizer: torch.optim.Adam
    streams: Sequence[Streams]  # one per member


def initial_state(configs: Sequence[Config], device: torch.device) -> State:
    """Make the state before the first batch of members of equal shapes."""
    members = untrained(configs).to(device)
    trials = configs[0].training.batch_size
    streams = [open_streams(seed, "training", trials, members.network.device) for seed in members.seeds]
    return State(members, adam(members), streams)


def adam(members: Members) -> torch.optim.Adam:
    """Make the optimizer of all members' weights."""
    settings = members.training
    return torch.optim.Adam(
        list(members.network.weights.values()),
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        fused=True,
    )


def save(state: State, member: int, run: Run, batch: int) -> None:
    """Write the state of one member to a checkpoint of its run."""
    tensors = {}
    for name, weight in state.members.network.weights.items():
        tensors[f"{WEIGHTS}/{name}"] = weight[member]
        for moment in MOMENTS:
            tensors[f"{moment}/{name}"] = state.optimizer.state[weight][moment][member]
    tensors["streams"] = state.streams[member].state()
    cells = state.members.codes[member].cells
    if cells is not None:
        tensors["cells"] = cells
    run.save_checkpoint(batch, {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()})


def restore(state: State, runs: Sequence[Run]) -> None:
    """Set a state to that of the newest checkpoints of its members' runs, which are all of the same batch.

    Raises `QuiescentError` if the random streams in a checkpoint are of another kind of device.
    """
    batch = runs[0].batches_done()
    stored = [_tensors(run) for run in runs]
    for name, weight in state.members.network.weights.items():
        with torch.no_grad():
            weight.copy_(_stacked(stored, f"{WEIGHTS}/{name}", weight))
        moments = {moment: _stacked(stored, f"{moment}/{name}", weight) for moment in MOMENTS}
        state.optimizer.state[weight] = {"step": torch.tensor(float(batch), device=weight.device)} | moments
    for run, streams, tensors in zip(runs, state.streams, stored, strict=True):
        try:
            streams.restore(tensors["streams"])
        except (KeyError, ValueError, RuntimeError):
            raise QuiescentError(
                f"{run.folder}: its random streams were saved on another kind of device, or by another version. "
                "Go on there, or train it anew with another --out."
            ) from None


def load_networks(runs: Sequence[Run]) -> Members:
    """Load trained networks from their runs' newest checkpoints, as one population.

    Parameters
    ----------
    runs
        Finished runs whose networks have equal shapes, such as those of several seeds.

    Returns
    -------
    Members
        The networks in the order of `runs`, with their configurations and cells, on the CPU.

    Raises
    ------
    QuiescentError
        If a run is missing or unfinished, its checkpoint is damaged, or a weight in it is no number.

    Examples
    --------
    >>> import tempfile
    >>> from quiescent import load_config, load_networks, train
    >>> words = ("network.units=8", "task.place_cells.number=6", "task.steps=5", "training.batches=2")
    >>> config = load_config("spatial_navigation/noisy_unbiased", "seed=0,1", *words)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     members = load_networks(train(config, folder, device="cpu"))
    >>> members.seeds, tuple(members.network.weights["output"].shape)  # (member, cell, unit)
    ((0, 1), (2, 6, 8))
    """
    configs = [require_finished(run) for run in runs]
    stored = [_tensors(run) for run in runs]
    prefix = f"{WEIGHTS}/"
    weights = [
        {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
        for tensors in stored
    ]
    for run, tensors in zip(runs, weights, strict=True):
        lost = [name for name, weight in tensors.items() if not weight.isfinite().all()]
        if lost:
            raise QuiescentError(f"{run.folder}: its weights '{lost[0]}' are not finite. Train it anew, elsewhere.")
    return assemble(configs, weights, [tensors.get("cells") for tensors in stored])


def _tensors(run: Run) -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in run.load_checkpoint().arrays.items()}


def _stacked(stored: Sequence[dict[str, Tensor]], name: str, like: Tensor) -> Tensor:
    return torch.stack([tensors[name] for tensors in stored]).to(like)
