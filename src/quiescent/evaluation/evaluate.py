"""Measure finished runs: simulate the phases that a measure needs, compute it, store it with the runs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import xarray as xr

from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError, nearest
from quiescent.evaluation.combine import combine
from quiescent.evaluation.run import can_take_part, measure_run
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Phase, Rest, RestNoise
from quiescent.quiescence.rest_settings import USUAL, RestSettings, RestValue, rest_settings
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
    rest: Mapping[str, RestValue] | None = None,
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
    rest
        What else is asked of rest, such as `{"friction": 0.3, "matched": True}`: `friction`, `adaptation`,
        `adaptation_tau`, `matched`, `starts` and `velocity` as in `quiescent.rest`.
    device
        `cpu`, `cuda`, ...; by default a GPU if there is one.
    reuse
        True takes what is stored with a run, if it was made from the same weights, phases and behaviour.
    controls
        Names in `quiescent.controls.CONTROLS`, such as `frozen` and `perfect`: each takes the network's place, and
        is measured by the same code. The result then has the dimension `control`, beginning with `network`. A control
        that lacks what the measure looks at, such as hidden states, or that cannot rest as asked, is left out.

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
    asked = settings_of(rest or {}, noise, sigma2)
    phases = require_measurable(name, runs, asked, controls=controls or ())
    labels = [None, *(control for control in controls or () if can_take_part(control, name, phases))]
    together = [combine(_by_condition(name, phases, runs, control, device=device, reuse=reuse)) for control in labels]
    if controls is None:
        return together[0]
    along = xr.Variable("control", [label or NETWORK for label in labels])
    return xr.concat(together, along, coords="minimal", compat="override", join="outer")


def require_measurable(
    name: str, runs: Sequence[Run], asked: RestSettings = USUAL, *, controls: Sequence[str] = ()
) -> dict[str, Phase]:
    """Choose the phases of a measure; raises `QuiescentError` if it cannot be made of these runs, or of controls."""
    require_measure(name)
    require_one_space(runs, MEASURES[name].space, f"the measure '{name}'")
    phases = asked.asked(MEASURES[name].phases)
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


def settings_of(rest: Mapping[str, RestValue], noise: RestNoise | None, sigma2: float | None) -> RestSettings:
    """Join what is asked of rest with noise that is given apart. Raises `QuiescentError` where both name the noise."""
    if sigma2 is not None and sigma2 < 0:
        raise QuiescentError(f"sigma2={sigma2:g}: must be >= 0 (a variance).")
    apart = {name: value for name, value in (("noise", noise), ("sigma2", sigma2)) if value is not None}
    for name in apart:
        if name in rest:
            raise QuiescentError(f"{name}={apart[name]} and rest.{name}={rest[name]}: give it once.")
    return rest_settings({**rest, **apart})


def _require_meant(name: str, phases: Mapping[str, Phase], runs: Sequence[Run]) -> None:
    """Require that a measure has anything to say of some of the runs."""
    rests = [phase for phase in phases.values() if isinstance(phase, Rest)]
    kinds = {phase.networks for phase in rests}
    noisy = any(read_config(run).network.sigma2_rec > 0 for run in runs)
    if rests and not MEASURES[name].awake and kinds == {"noisy"} and not noisy:
        raise QuiescentError(f"the measure '{name}' is for networks trained with noise; these were trained without.")
