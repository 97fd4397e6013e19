"""Measures of the paper's networks and of controls: which, in which phases, at which scale."""

from collections.abc import Mapping

from quiescent.config.load import load_config
from quiescent.controls import CONTROLS
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Phase, Rest
from quiescent.studies.paper.experiments import CONDITIONS, Condition, Form, Scale

PAPER = (  # what its claims and figures are made of
    *("kl", "common_start", "variance", "distance", "displacement", "coverage", "wasserstein", "order", "turning"),
    *("validity", "shape", "stationarity", "noise_table", "temperature", "dimensionality", "manifold", "ring", "drift"),
    *("denoising", "paths", "occupancy"),
)
BOTH_NOISES = ("kl", "common_start", "variance", "distance", "displacement", "coverage", "paths", "occupancy")
PICTURES = ("paths", "occupancy", "manifold")  # to be drawn, of the first seed only
SCANS = ("temperature", "noise_table")  # of many strengths of noise
# Conditions whose networks controls take the place of, and the measures that are put to them: all, of noisy networks as
# written (their controls stand for those of the other forms too); of noise-free ones, what a criterion looks at.
CONTROLLED: Mapping[str, tuple[str, ...]] = {
    **{
        name: tuple(measure for measure in PAPER if measure not in PICTURES)
        for name, condition in CONDITIONS.items()
        if condition.noisy and condition.form == "as written"
    },
    **dict.fromkeys(("spatial_navigation/no-noise_unbiased", "spatial_navigation/no-noise_biased"), ("distance",)),
}
Measures = dict[str, dict[str, Phase]]  # by name, with phases


def measures_of(name: str, scale: Scale) -> Measures:
    """Choose the measures of a condition, each with its phases at a scale."""
    condition = CONDITIONS[name]
    space = load_config(condition.configuration).task.space
    chosen = {}
    for measure in PAPER:
        declared = MEASURES[measure]
        if declared.space is not None and not isinstance(space, declared.space):
            continue
        if _needs_noise(declared.phases) and not condition.noisy:
            continue
        phases = {phase: sized(what, scale) for phase, what in declared.phases.items()}
        if measure in BOTH_NOISES:
            phases = _with_both_noises(phases, condition)
        chosen[measure] = {phase: _with_noise(what, condition) for phase, what in phases.items()}
    return chosen


def controls_of(name: str, scale: Scale) -> dict[str, Measures]:
    """Choose the controls that take the place of a condition's network, each with the measures that are put to it."""
    measures = measures_of(name, scale)
    asked = {measure: measures[measure] for measure in CONTROLLED.get(name, ()) if measure in measures}
    still = {measure: phases for measure, phases in asked.items() if measure not in SCANS}
    return {control: still if control.startswith("sampler") else asked for control in CONTROLS}


def sized(phase: Phase, scale: Scale) -> Phase:
    """Give a phase as many trials as a scale has."""
    return phase._replace(trials=max(1, round(phase.trials * scale.trials)))


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
    if not isinstance(phase, Rest) or phase.noise is not None:
        return phase
    return phase._replace(noise="scaled" if condition.doubled else "same")


def added(form: Form) -> str:
    """Name the phase in which networks that learned without noise are given the noise of a form."""
    return "uniform_added" if form == "as published" else "noise_added"
