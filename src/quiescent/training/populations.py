"""Which unfinished networks train together, as one population: on a GPU as many as fit, on a CPU each alone."""

import itertools
from collections.abc import Hashable, Iterable, Iterator, Sequence

import torch

from quiescent.config.schema import Config
from quiescent.machine.memory import require_memory
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
    return number_size(config) * (_numbers_of_trials(config) + 5 * count_weights(config))


def require_training_memory(configs: Iterable[Config], device: torch.device) -> None:
    """Raise `QuiescentError` if this machine has less memory than the CPU needs to train even one of the networks.

    That is at least half of what trials take on a GPU, and ten times the weights while a checkpoint is written.
    """
    for config in dict.fromkeys(config.model_copy(update={"seed": (0,)}) for config in configs):
        if device.type == "cpu":
            least = number_size(config) * (_numbers_of_trials(config) / 2 + 10 * count_weights(config))
            require_memory(least, f"network.units={config.network.units}: training")


def count_weights(config: Config) -> int:
    """Count the weights of a network."""
    kind, cells = NETWORKS[config.network.kind], config.task.code(torch.Generator()).size
    return config.network.units * (kind.gates * (config.network.units + config.task.n_inputs) + 2 * cells)


def number_size(config: Config) -> int:
    """Tell how large a number is in training (bytes)."""
    return 8 if config.training.precision == "float64" else 4


def _numbers_of_trials(config: Config) -> int:
    task, network = config.task, config.network
    per_step = network.units * (3 + 4 * NETWORKS[network.kind].gates) + 3 * task.code(torch.Generator()).size
    return per_step * (task.steps + 1) * config.training.batch_size


def split(group: Sequence[Run], most: int | None) -> Iterator[list[Run]]:
    """Split a group into as few parts of at most `most` runs as will do, as equal as can be."""
    parts = 1 if most is None else -(-len(group) // most)
    for part in range(parts):
        yield list(itertools.islice(group, len(group) * part // parts, len(group) * (part + 1) // parts))
