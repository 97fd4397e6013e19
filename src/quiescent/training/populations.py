"""Which unfinished networks train together, as one population: on a GPU as many as fit, on a CPU each alone."""

import itertools
from collections.abc import Hashable, Iterator, Sequence

import torch

from quiescent.config.schema import Config
from quiescent.networks import NETWORKS
from quiescent.runs.open import read_config
from quiescent.runs.run import Run

USED = 0.8  # fraction of a device's free memory that a population may take


def populations_of(runs: Sequence[Run], device: torch.device) -> list[list[Run]]:
    """Group unfinished runs into populations that fit in the device's memory; on a CPU every run trains alone."""
    return plan_populations([(run, read_config(run)) for run in runs], device)


def plan_populations(
    members: Sequence[tuple[Run, Config]], device: torch.device, memory: float | None = None
) -> list[list[Run]]:
    """Group unfinished runs into populations that fit in memory. Runs need not exist on disk yet.

    `memory`: bytes of the GPU that will train them, where that is in another machine.
    """
    unfinished = [(run, config) for run, config in members if run.batches_done() < config.training.batches]
    if device.type == "cpu":
        return [[run] for run, _ in unfinished]
    if device.type == "cuda" and torch.cuda.is_available():
        memory = float(torch.cuda.mem_get_info(device)[0])
    groups: dict[Hashable, list[tuple[Run, Config]]] = {}
    for run, config in unfinished:
        groups.setdefault((shapes_of(config), run.batches_done()), []).append((run, config))
    return [
        part
        for group in groups.values()
        for part in split([run for run, _ in group], largest_population(group[0][1], memory))
    ]


def equally_far(runs: Sequence[Run]) -> list[list[Run]]:
    """Group unfinished runs by the number of batches that they have done."""
    groups: dict[int, list[Run]] = {}
    for run in runs:
        if not run.finished():
            groups.setdefault(run.batches_done(), []).append(run)
    return list(groups.values())


def shapes_of(config: Config) -> Hashable:
    """Collect what the members of a population must have in common.

    Noise, the cells' width, the bias of behaviour and seeds may differ from member to member.
    """
    task, code = config.task, config.task.code(torch.Generator())
    return config.network.architecture, config.training, task.name, task.steps, task.n_inputs, type(code), code.size


def largest_population(config: Config, free: float | None) -> int | None:
    """Compute how many members like `config` can be trained in `free` bytes; at least one, or None for any number."""
    return None if free is None else max(1, int(USED * free / training_memory(config)))


def training_memory(config: Config) -> int:
    """Compute the memory that one member needs in training (bytes).

    It holds weights with their gradients and moments, and for every step of every trial the states, their gradients,
    what a step keeps for the way back, codes and errors.
    """
    task, network, training = config.task, config.network, config.training
    kind, cells = NETWORKS[network.kind], task.code(torch.Generator()).size
    per_step = network.units * (3 + 4 * kind.gates) + 3 * cells
    weights = network.units * (kind.gates * (network.units + task.n_inputs) + 2 * cells)
    size = 8 if training.precision == "float64" else 4
    return size * (per_step * (task.steps + 1) * training.batch_size + 5 * weights)


def split(group: Sequence[Run], most: int | None) -> Iterator[list[Run]]:
    """Split a group into as few parts of at most `most` runs as will do, as equal as can be."""
    parts = 1 if most is None else -(-len(group) // most)
    for part in range(parts):
        yield list(itertools.islice(group, len(group) * part // parts, len(group) * (part + 1) // parts))
