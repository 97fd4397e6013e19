"""Measure finished runs: simulate the phases that a measure needs, compute it, store it with the runs."""

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import xarray as xr

from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError, nearest
from quiescent.evaluation.combine import combine
from quiescent.evaluation.stored import Origin, is_stored, read_stored, write_stored
from quiescent.evaluation.subject import Subject
from quiescent.machine.memory import require_memory
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Activity, Kicked, Phase, Rest, RestNoise
from quiescent.quiescence.needs import measuring_memory
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.runs.conditions import by_condition, require_one_space
from quiescent.runs.open import read_config
from quiescent.runs.run import Run

NETWORK = "network"  # label of the trained network beside its controls


def measure(
    name: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise | None = None,
    sigma2: float | None = None,
    device: str | None = None,
    reuse: bool = False,
    controls: Sequence[str] | None = None,
) -> xr.Dataset:
    """Measure finished runs of any conditions and seeds.

    Parameters
    ----------
    name
        A measure, such as `kl`; `quiescent.measures.MEASURES` has them all.
    runs
        Runs that are finished and track the same kind of variable.
    noise
        Standard deviation of noise at rest, in place of the measure's own `scaled`: see `quiescent.rest`.
    sigma2
        Variance per step of `absolute` noise; by default that of the noisy networks of the same task.
    device
        `cpu`, `cuda`, ...; by default a GPU if there is one.
    reuse
        True takes what is stored with a run, if it was made from the same weights, phases and behaviour.
    controls
        Names in `quiescent.controls.CONTROLS`, such as `frozen` and `perfect`: each takes the network's place, and
        is measured by the same code. The result then has the dimension `control`, beginning with `network`. A control
        that lacks what the measure looks at, such as hidden states, is left out.

    Returns
    -------
    xarray.Dataset
        Variables with their `unit`, over `condition`, `seed` and the measure's own dimensions: mostly `reading` (all
        steps; at rest those only whose code is valid), `window` (steps at rest: those that the paper reads, and four
        that follow each other), `phase`, and for kl `reference` (the condition whose behaviour, of the same seed, is
        compared with). Space, time step and grids of curves are coordinates of each condition. Where a condition
        lacks a seed or a phase it is NaN, and where fewer than 20 trials or 5 % of steps have a valid code. Every run's
        part is stored as `measures/<name>.nc` in it.

    Raises
    ------
    QuiescentError
        For an unknown measure, a run that is not finished, runs that cannot be compared, or if the measure is for
        other networks than these.

    Examples
    --------
    >>> import quiescent, tempfile
    >>> words = ["network.units=8", "task.place_cells.number=8", "task.steps=5", "training.batches=1"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     config = quiescent.load_config("spatial_navigation/noisy_unbiased", *words, "training.batch_size=2")
    ...     result = quiescent.measure("distance", quiescent.train(config, folder))
    >>> result["distance"].dims
    ('condition', 'seed', 'reading', 'window', 'phase')
    """
    phases = require_measurable(name, runs, noise=noise, sigma2=sigma2, controls=controls or ())
    labels = [None, *(control for control in controls or () if can_take_part(control, name, phases))]
    together = [combine(_by_condition(name, phases, runs, control, device=device, reuse=reuse)) for control in labels]
    if controls is None:
        return together[0]
    along = xr.Variable("control", [label or NETWORK for label in labels])
    return xr.concat(together, along, coords="minimal", compat="override", join="outer")


def require_measurable(
    name: str, runs: Sequence[Run], *, noise: RestNoise | None, sigma2: float | None, controls: Sequence[str] = ()
) -> dict[str, Phase]:
    """Choose the phases of a measure; raises `QuiescentError` if it cannot be made of these runs, or of controls."""
    require_measure(name)
    require_one_space(runs, MEASURES[name].space, f"the measure '{name}'")
    phases = with_noise(MEASURES[name].phases, noise, sigma2)
    _require_meant(name, phases, runs)
    unknown = [control for control in controls if control not in CONTROLS]
    if unknown:
        raise QuiescentError(f"no control named '{unknown[0]}'.{nearest(unknown[0], list(CONTROLS))}")
    return phases


class Compared(NamedTuple):
    """A run by condition and seed, and the runs of the same seed that it is compared with, by condition."""

    condition: str
    seed: int
    run: Run
    peers: Mapping[str, Run]


def compared(runs: Sequence[Run]) -> list[Compared]:
    """Pair every run with those of the same seed, its own among them."""
    conditions = by_condition(runs)
    seeds = {run: read_config(run).seed[0] for run in runs}
    return [
        Compared(
            condition,
            seeds[run],
            run,
            {other: peer for other, group in conditions.items() for peer in group if seeds[peer] == seeds[run]},
        )
        for condition, members in conditions.items()
        for run in members
    ]


def _by_condition(
    name: str,
    phases: Mapping[str, Phase],
    runs: Sequence[Run],
    control: str | None,
    *,
    device: str | None,
    reuse: bool,
) -> dict[tuple[str, int], xr.Dataset]:
    results = {}
    for condition, seed, run, peers in compared(runs):
        measured = measure_run(run, {name: phases}, peers, peers, device=device, reuse=reuse, control=control)
        if name not in measured:
            raise QuiescentError(f"the control '{control}' has nothing that the measure '{name}' looks at.")
        results[condition, seed] = measured[name]
    return results


def require_measure(name: str) -> None:
    """Raise `QuiescentError` for a name that no measure has, with the nearest one."""
    if name not in MEASURES:
        raise QuiescentError(f"no measure named '{name}'.{nearest(name, list(MEASURES))}")


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
    subject = None
    left = {name: phases for name, phases in measures.items() if can_take_part(control, name, phases)}
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
    return read_stored(run, _origin(name, phases, peers, judges or {"own": run}, control))


def not_stored(
    run: Run,
    measures: Mapping[str, Mapping[str, Phase]],
    peers: Mapping[str, Run],
    judges: Mapping[str, Run] | None = None,
    control: str | None = None,
) -> dict[str, Mapping[str, Phase]]:
    """Select the measures that `measure_run` would have to make."""
    return {
        name: phases
        for name, phases in measures.items()
        if can_take_part(control, name, phases)
        and not is_stored(run, _origin(name, phases, peers, judges or {"own": run}, control))
    }


def can_take_part(control: str | None, name: str, phases: Mapping[str, Phase]) -> bool:
    """Tell whether a control has all that a measure looks at: some lack hidden states, or dynamics."""
    if control is None:
        return True
    kicked = any(isinstance(phase, Kicked) for phase in phases.values())
    rests = any(isinstance(phase, Rest) for phase in phases.values())
    moves = CONTROLS[control].kicked if kicked else CONTROLS[control].active
    return (CONTROLS[control].states or not MEASURES[name].hidden) and (rests or moves is not None)


def _origin(
    name: str,
    phases: Mapping[str, Phase],
    peers: Mapping[str, Run],
    judges: Mapping[str, Run],
    control: str | None,
) -> Origin:
    return Origin(name, phases, peers if MEASURES[name].compare else {}, judges, control)


def _behaviours(runs: Mapping[str, Run], device: str | None) -> dict[str, Activity]:
    return {name: _behaviour(run, run.batches_done(), device) for name, run in runs.items()}


@functools.lru_cache(maxsize=32)
def _behaviour(run: Run, batches: int, device: str | None) -> Activity:
    return Subject(run, device).activity(BEHAVIOUR)


def with_noise(phases: Mapping[str, Phase], noise: RestNoise | None, sigma2: float | None) -> dict[str, Phase]:
    """Give the phases that leave the noise at rest to the user the user's choice, or else `scaled`."""
    if sigma2 is not None and sigma2 < 0:
        raise QuiescentError(f"sigma2={sigma2:g}: must be >= 0 (a variance).")
    chosen: RestNoise = "scaled" if noise is None else noise
    return {
        name: phase
        if not isinstance(phase, Rest)
        else phase._replace(noise=chosen if phase.noise is None else phase.noise, sigma2=sigma2)
        for name, phase in phases.items()
    }


def _require_meant(name: str, phases: Mapping[str, Phase], runs: Sequence[Run]) -> None:
    """Require that a measure has anything to say of some of the runs."""
    rests = [phase for phase in phases.values() if isinstance(phase, Rest)]
    kinds = {phase.networks for phase in rests}
    noisy = any(read_config(run).network.sigma2_rec > 0 for run in runs)
    if rests and not MEASURES[name].awake and kinds == {"noisy"} and not noisy:
        raise QuiescentError(f"the measure '{name}' is for networks trained with noise; these were trained without.")
