"""A population's state in training, saved to checkpoints and restored from them.

`quiescent.runs.specification` says what a checkpoint holds.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from quiescent.config.schema import Config
from quiescent.errors import QuiescentError
from quiescent.machine.files import ask_nobody
from quiescent.networks import NETWORKS
from quiescent.runs.open import require_finished
from quiescent.runs.origin import read_origin
from quiescent.runs.run import Run
from quiescent.runs.specification import CELLS, MOMENTS, STREAMS, WEIGHTS, Sizes, require_sizes
from quiescent.simulation.members import Members, assemble, untrained
from quiescent.streams import Streams, open_streams
from quiescent.training.adam import Adam

Stored = tuple[int, dict[str, Tensor]]  # the number of batches, and tensors by name


class State(NamedTuple):
    """Everything that changes from batch to batch: members with their weights, the optimizer, random streams."""

    members: Members
    optimizer: Adam
    streams: Sequence[Streams]  # one per member


def initial_state(configs: Sequence[Config], device: torch.device) -> State:
    """Make the state before the first batch of members of equal shapes."""
    members = untrained(configs).to(device)
    trials = configs[0].training.batch_size
    streams = [open_streams(seed, "training", trials, members.network.device) for seed in members.seeds]
    return State(members, adam(members), streams)


def adam(members: Members) -> Adam:
    """Make the optimizer of all members' weights."""
    settings, weights = members.training, members.network.weights
    decayed = {"all": list(weights), "recurrent": ["recurrent"]}[settings.weight_decay_of]
    return Adam(
        [weights[name] for name in decayed],
        learning_rate=settings.learning_rate,
        weight_decay=settings.weight_decay,
        kept=[weight for name, weight in weights.items() if name not in decayed],
    )


def save(state: State, member: int, run: Run, batch: int, ask: Callable[[], None] = ask_nobody) -> None:
    """Write the state of one member to a checkpoint of its run; `ask` may forbid it at the last."""
    tensors = {}
    for name, weight in state.members.network.weights.items():
        tensors[f"{WEIGHTS}/{name}"] = weight[member]
        for moment in MOMENTS:
            tensors[f"{moment}/{name}"] = state.optimizer.state[weight][moment][member]
    tensors[STREAMS] = state.streams[member].state()
    cells = state.members.codes[member].cells
    if cells is not None:
        tensors[CELLS] = cells
    run.save_checkpoint(batch, {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}, ask)


def restore(state: State, runs: Sequence[Run]) -> int:
    """Set a state to that of the newest checkpoints of its members' runs, all of one batch, whose number it returns.

    Raises `QuiescentError` if a checkpoint is of another network, or its random streams of another kind of device.
    """
    stored = [_load(run, config) for run, config in zip(runs, state.members.configs, strict=True)]
    for run, streams, (_, tensors) in zip(runs, state.streams, stored, strict=True):
        try:
            streams.restore(tensors[STREAMS])
        except (ValueError, RuntimeError):
            raise QuiescentError(
                f"{run.folder}: its random streams were saved on another kind of device, or by another version. "
                "Go on there, or train it anew with another --out."
            ) from None
    (batch,) = {batch for batch, _ in stored}
    for name, weight in state.members.network.weights.items():
        with torch.no_grad():
            weight.copy_(_stacked(stored, f"{WEIGHTS}/{name}", weight))
        moments = {moment: _stacked(stored, f"{moment}/{name}", weight) for moment in MOMENTS}
        state.optimizer.state[weight] = {"step": torch.tensor(float(batch), device=weight.device)} | moments
    return batch


def sizes_of(config: Config) -> Sizes:
    """Compute the sizes that a configuration gives its network."""
    task, network = config.task, config.network
    code = task.code(torch.Generator())
    return Sizes(
        units=network.units,
        cells=code.size,
        inputs=task.n_inputs,
        rows=NETWORKS[network.kind].gates * network.units,
        dims=None if code.cells is None else code.cells.shape[1],
        bias=network.bias,
        dtype="float64" if config.training.precision == "float64" else "float32",
        encoder_bias=network.encoder_bias,
    )


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
        If a run is missing or unfinished, or its checkpoint is damaged or of another network.

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
    stored = [_load(run, config) for run, config in zip(runs, configs, strict=True)]
    prefix = f"{WEIGHTS}/"
    weights = [
        {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
        for _, tensors in stored
    ]
    return assemble(configs, weights, [tensors.get(CELLS) for _, tensors in stored])


def _load(run: Run, config: Config) -> Stored:
    batch, arrays, path = run.load_checkpoint()
    try:
        require_sizes(arrays, sizes_of(config)._replace(resumable=read_origin(run) is None))
        if batch > config.training.batches:
            raise ValueError(f"it has seen {batch} batches, not at most {config.training.batches}")
    except ValueError as error:
        raise QuiescentError(f"{path} is of another network than its config.yaml says: {error}.") from None
    _require_cells_inside(path, arrays, config)
    return batch, {name: torch.from_numpy(array) for name, array in arrays.items()}


def _require_cells_inside(path: Path, arrays: Mapping[str, np.ndarray], config: Config) -> None:
    """Require that cells lie about where behaviour does: version 0.1 counted all positions from 0, however far away."""
    space = config.task.space
    if CELLS not in arrays or space.periodic:
        return
    low, high = np.array(space.bounds).T
    cells = arrays[CELLS]
    if ((cells < 2 * low - high) | (cells > 2 * high - low)).any():
        raise QuiescentError(
            f"{path}: its cells lie far from the box {space.bounds}. Since version 0.2 positions of a recording that "
            "is far from 0 count from a round place near its box: train the network anew."
        )


def _stacked(stored: Sequence[Stored], name: str, like: Tensor) -> Tensor:
    return torch.stack([tensors[name] for _, tensors in stored]).to(like)
