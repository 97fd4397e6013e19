"""Measure one run: whatever is not stored with it is simulated, computed, and stored."""

import functools
from collections.abc import Mapping

import xarray as xr

from quiescent.controls import CONTROLS
from quiescent.evaluation.stored import Origin, is_stored, read_stored, write_stored
from quiescent.evaluation.subject import Subject
from quiescent.machine.memory import require_memory
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Activity, Inside, Kicked, Phase, Rest
from quiescent.quiescence.needs import measuring_memory
from quiescent.quiescence.phases import BEHAVIOUR, TRAINED_ON
from quiescent.quiescence.rest_settings import label_of
from quiescent.runs.identity import identity
from quiescent.runs.open import read_config
from quiescent.runs.run import Run


def measure_run(
    run: Run,
    measures: Mapping[str, Mapping[str, Phase]],
    peers: Mapping[str, Run],
    judges: Mapping[str, Run] | None = None,
    *,
    device: str | None = None,
    reuse: bool = True,
    control: str | None = None,
) -> dict[str, xr.Dataset]:
    """Measure one run: several measures, each from its own phases; each is stored as soon as it is made.

    `peers` are the runs, by condition, whose behaviour it is compared with, its own among them; `judges` those whose
    behaviour says what a valid code is, by default its own. A `control` takes the network's place; measures that look
    at what it lacks are left out.
    """
    results: dict[str, xr.Dataset] = {}
    subject, holds_out = None, _holds_out(run)
    left = {
        name: _compared(name, phases, holds_out=holds_out)
        for name, phases in measures.items()
        if can_take_part(control, name, phases)
    }
    for name, phases in list(left.items()):
        origin = _origin(name, phases, peers, judges or {"own": run}, control)
        result = read_stored(run, origin) if reuse else None
        if result is None:
            needed = measuring_memory(read_config(run), phases.values())
            require_memory(needed, f"{run.folder}: measuring {name}")
            behaviours = _behaviours(origin.judges, device).values()
            subject = subject or Subject(run, device, judges=behaviours, control=control)
            subject.forget(phase for wanted in left.values() for phase in wanted.values())
            result = subject.measure(name, MEASURES[name], phases, _behaviours(origin.peers, device))
            result = write_stored(run, origin, result)
        del left[name]
        results[name] = result
    return results


def stored(
    run: Run,
    name: str,
    phases: Mapping[str, Phase],
    peers: Mapping[str, Run],
    judges: Mapping[str, Run] | None = None,
    control: str | None = None,
) -> xr.Dataset | None:
    """Read what `measure_run` stored of one measure; None if it would have to be made again."""
    phases = _compared(name, phases, holds_out=_holds_out(run))
    return read_stored(run, _origin(name, phases, peers, judges or {"own": run}, control))


def not_stored(
    run: Run,
    measures: Mapping[str, Mapping[str, Phase]],
    peers: Mapping[str, Run],
    judges: Mapping[str, Run] | None = None,
    control: str | None = None,
) -> dict[str, Mapping[str, Phase]]:
    """Select the measures that `measure_run` would have to make."""
    wanted = {name: phases for name, phases in measures.items() if can_take_part(control, name, phases)}
    if not run.checkpoints():
        return wanted
    holds_out = _holds_out(run)
    origins = {
        name: _origin(name, _compared(name, phases, holds_out=holds_out), peers, judges or {"own": run}, control)
        for name, phases in wanted.items()
    }
    return {name: phases for name, phases in wanted.items() if not is_stored(run, origins[name])}


def _holds_out(run: Run) -> bool:
    return read_config(run).task.held_out > 0


def _compared(name: str, phases: Mapping[str, Phase], *, holds_out: bool) -> dict[str, Phase]:
    """Add the behaviour that a network was trained on, for comparison, where that which is measured is held out."""
    compare = holds_out and MEASURES[name].awake and phases.get("active") == BEHAVIOUR
    return {**phases, "trained_on": TRAINED_ON} if compare else dict(phases)


def can_take_part(control: str | None, name: str, phases: Mapping[str, Phase]) -> bool:
    """Tell whether a control has all that a measure looks at: some lack states or dynamics, or rest in one way only."""
    if control is None:
        return True
    kinds = {type(phase) for phase in phases.values()}
    own = CONTROLS[control]
    if not own.follows and any(isinstance(phase, Rest) and not phase.usual for phase in phases.values()):
        return False
    moves = own.inside if Inside in kinds else own.kicked if Kicked in kinds else own.active
    return (own.states or not MEASURES[name].hidden) and (Rest in kinds or moves is not None)


def _origin(
    name: str,
    phases: Mapping[str, Phase],
    peers: Mapping[str, Run],
    judges: Mapping[str, Run],
    control: str | None,
) -> Origin:
    rest = label_of(phases, MEASURES[name].phases)
    return Origin(name, phases, peers if MEASURES[name].compare else {}, judges, control, rest)


def _behaviours(runs: Mapping[str, Run], device: str | None) -> dict[str, Activity]:
    return {name: _behaviour(run, tuple(identity(run)), device) for name, run in runs.items()}


@functools.lru_cache(maxsize=32)
def _behaviour(run: Run, _identity: tuple[str | int | None, ...], device: str | None) -> Activity:
    return Subject(run, device).activity(BEHAVIOUR)
