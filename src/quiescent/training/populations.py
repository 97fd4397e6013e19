"""Which unfinished networks train together, as one population: on a GPU as many as fit, on a CPU each alone."""

import itertools
from collections.abc import Hashable, Iterator, Sequence

import torch

from quiescent.config.schema import Config
from quiescent.networks import NETWORKS
from quiescent.runs.run import Run

FREE = 0.8  # share of a device's free memory that is used


def groups_to_train(runs: Sequence[Run], device: torch.device) -> list[list[Run]]:
    """Unfinished runs that are trained together, equally far; on a CPU every run alone, one core each."""
    return populations([(run, run.config()) for run in runs], device)


def populations(
    members: Sequence[tuple[Run, Config]], device: torch.device, memory: float | None = None
) -> list[list[Run]]:
    """The same for runs that may not exist yet. `memory` (bytes) is that of a GPU that is elsewhere."""
    unfinished = [(run, config) for run, config in members if run.batches_done() < config.training.batches]
    if device.type == "cpu":
        return [[run] for run, _ in unfinished]
    if device.type == "cuda" and torch.cuda.is_available():
        memory = float(torch.cuda.mem_get_info(device)[0])
    groups: dict[Hashable, list[tuple[Run, Config]]] = {}
    for run, config in unfinished:
        groups.setdefault((mates(config), run.batches_done()), []).append((run, config))
    return [part for group in groups.values() for part in split([run for run, _ in group], most(group[0][1], memory))]


def equally_far(runs: Sequence[Run]) -> list[list[Run]]:
    """Unfinished runs by the number of batches that they have done."""
    groups: dict[int, list[Run]] = {}
    for run in runs:
        if not run.finished():
            groups.setdefault(run.batches_done(), []).append(run)
    return list(groups.values())


def mates(config: Config) -> Hashable:
    """What configurations must have in common to share a population; noise, bias of behaviour and seeds may differ."""
    task, code = config.task, config.task.code(torch.Generator())
    return config.network.shape, config.training, task.name, task.steps, task.n_inputs, type(code), code.size


def most(config: Config, free: float | None) -> int | None:
    """How many members of a configuration's kind can be trained in so much memory (bytes); at least one."""
    return None if free is None else max(1, int(FREE * free / bytes_of(config)))


def bytes_of(config: Config) -> int:
    """Memory that one member needs in training: weights, moments and gradients, and arrays over time."""
    task, network, training = config.task, config.network, config.training
    kind, cells = NETWORKS[network.kind], task.code(torch.Generator()).size
    per_step = (
        network.units * (3 + 4 * kind.gates) + 3 * cells
    )  # states, gradients, what a step keeps; codes and errors
    weights = network.units * (kind.gates * (network.units + task.n_inputs) + 2 * cells)
    size = 8 if training.precision == "float64" else 4
    return size * (per_step * (task.steps + 1) * training.batch_size + 5 * weights)


def split(group: Sequence[Run], size: int | None) -> Iterator[list[Run]]:
    """Parts of a group of at most so many runs, as equal as can be."""
    parts = 1 if size is None else -(-len(group) // size)
    for part in range(parts):
        yield list(itertools.islice(group, len(group) * part // parts, len(group) * (part + 1) // parts))
