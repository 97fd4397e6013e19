"""Measure finished runs: simulate the phases that a measure needs, compute it, store it with the runs."""

import functools
from collections.abc import Mapping, Sequence

import xarray as xr

from quiescent.errors import QuiescentError, nearest
from quiescent.evaluation.combine import combine
from quiescent.evaluation.stored import is_stored, read_stored, write_stored
from quiescent.evaluation.subject import Subject
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Active, Activity, Phase, Rest, RestNoise
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.runs.conditions import by_condition, require_one_space
from quiescent.runs.open import read_config
from quiescent.runs.run import Run


def measure(
    name: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise | None = None,
    sigma2: float | None = None,
    device: str | None = None,
    reuse: bool = False,
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

    Returns
    -------
    xarray.Dataset
        Variables with their `unit`, over `condition`, `seed` and the measure's own dimensions: mostly `reading` (all
        steps; at rest those only whose code is valid) and `phase`, for kl `reference` (the condition whose behaviour,
        of the same seed, is compared with). Space, time step and grids of curves are coordinates of each condition.
        Where a condition lacks a seed or a phase it is NaN. Every run's part is stored as `measures/<name>.nc` in it.

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
    ('condition', 'seed', 'reading', 'phase')
    """
    require_measure(name)
    conditions = by_condition(runs)
    require_one_space(runs, MEASURES[name].space, f"the measure '{name}'")
    phases = with_noise(MEASURES[name].phases, noise, sigma2)
    _require_meant(name, phases, runs)
    seeds = {run: read_config(run).seed[0] for run in runs}
    results = {}
    for condition, members in conditions.items():
        for run in members:
            peers = {other: peer for other, group in conditions.items() for peer in group if seeds[peer] == seeds[run]}
            (result,) = measure_run(run, {name: phases}, peers, device=device, reuse=reuse).values()
            results[condition, seeds[run]] = result
    return combine(results)


def require_measure(name: str) -> None:
    """Raise `QuiescentError` for a name that no measure has, with the nearest one."""
    if name not in MEASURES:
        raise QuiescentError(f"no measure named '{name}'.{nearest(name, list(MEASURES))}")


def measure_run(
    run: Run,
    measures: Mapping[str, Mapping[str, Phase]],
    peers: Mapping[str, Run],
    *,
    device: str | None = None,
    reuse: bool = True,
) -> dict[str, xr.Dataset]:
    """Measure one run: several measures, each from its own phases; each is stored as soon as it is made.

    `peers` are the runs, by condition, whose behaviour it is compared with.
    """
    results, subject = {}, None
    for name, phases in measures.items():
        result = read_stored(run, name) if reuse and is_stored(run, name, phases, peers) else None
        if result is None:
            subject = subject or Subject(run, device)
            compared = peers if MEASURES[name].compare else {}
            references = {other: _behaviour(peer, peer.batches_done(), device) for other, peer in compared.items()}
            result = subject.measure(name, MEASURES[name], phases, references)
            result = write_stored(run, name, result, subject.config, phases, peers)
        results[name] = result
    return results


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
        if isinstance(phase, Active)
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
