"""Memory that a network under measurement needs."""

from collections.abc import Iterable

from quiescent.config.schema import Config
from quiescent.quiescence.activity import Active, Inside, Kicked, Phase, Rest, kept_steps
from quiescent.training.populations import count_weights, number_size

COPIES = 4  # of the weights: as they are read with two moments of the optimizer, and as they are used


def measuring_memory(config: Config, phases: Iterable[Phase]) -> float:
    """Compute the least memory (bytes) that a network needs in phases: its weights, and the states that are kept."""
    states = max((_kept(config, phase) for phase in phases), default=0)
    return float(number_size(config)) * (COPIES * count_weights(config) + states * config.network.units)


def _kept(config: Config, phase: Phase) -> int:
    if isinstance(phase, Kicked | Inside) or not phase.states:
        return 0
    if isinstance(phase, Active):
        return phase.trials * config.task.steps * (1 + phase.drift)
    assert isinstance(phase, Rest)
    return phase.trials * (len(kept_steps(phase.steps)) if phase.states == "some" else phase.steps)
