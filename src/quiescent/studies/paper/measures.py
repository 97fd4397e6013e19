"""Measures of the paper's networks: which, in which phases, at which scale."""

from collections.abc import Mapping

from quiescent.config.load import load_config
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Active, Phase, Rest
from quiescent.studies.paper.experiments import CONDITIONS, Condition, Scale

BOTH_NOISES = ("kl", "common_start", "variance", "distance", "displacement", "coverage", "validity")


def measures_of(name: str, scale: Scale) -> dict[str, dict[str, Phase]]:
    """Choose the measures of a condition, each with its phases at a scale."""
    condition = CONDITIONS[name]
    space = load_config(condition.configuration).task.space
    chosen = {}
    for measure, declared in MEASURES.items():
        if declared.space is not None and not isinstance(space, declared.space):
            continue
        if _needs_noise(declared.phases) and not (condition.core and condition.noisy):
            continue
        phases = {phase: sized(what, scale) for phase, what in declared.phases.items()}
        if measure in BOTH_NOISES:
            phases = _with_both_noises(phases, condition)
        chosen[measure] = {phase: _with_noise(what, condition) for phase, what in phases.items()}
    return chosen


def sized(phase: Phase, scale: Scale) -> Phase:
    """Give a phase as many trials and steps as a scale has."""
    trials = max(1, round(phase.trials * scale.trials))
    if isinstance(phase, Active):
        return phase._replace(trials=trials)
    steps, burn_in = (round(count * scale.steps) for count in (phase.steps, phase.burn_in))
    return phase._replace(trials=trials, steps=max(steps, burn_in + 1), burn_in=burn_in)


def _needs_noise(phases: Mapping[str, Phase]) -> bool:
    """Tell whether a measure is only of networks at rest that were trained with noise."""
    rests = [phase for phase in phases.values() if isinstance(phase, Rest)]
    return bool(rests) and all(rest.networks == "noisy" for rest in rests)


def _with_both_noises(phases: dict[str, Phase], condition: Condition) -> dict[str, Phase]:
    """Add the rest with the other strength of noise: `same` where it is doubled, `doubled` where it is not."""
    rest = phases["quiescent"]
    assert isinstance(rest, Rest)
    if not condition.doubled:
        return {name: phase for name, phase in phases.items() if name != "same"} | {
            "doubled": rest._replace(noise="scaled")
        }
    return {"same": rest._replace(noise="same", networks="noisy"), **phases}


def _with_noise(phase: Phase, condition: Condition) -> Phase:
    """Give a rest that leaves its noise open that of the paper."""
    if isinstance(phase, Active) or phase.noise is not None:
        return phase
    return phase._replace(noise="scaled" if condition.doubled else "same")
