"""Apply a measure to finished runs: simulate the phases it needs, compute, store with the runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from quiescent.activity import Activity, Phase, Rest, RestNoise
from quiescent.config import Config, label
from quiescent.errors import QuiescentError
from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.files import writing
from quiescent.measures import MEASURES
from quiescent.members import load, untrained
from quiescent.quiescence import observe
from quiescent.runs import Run
from quiescent.streams import numpy_stream
from quiescent.training import usable_device


def evaluate(
    measure: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    device: str | None = None,
) -> xr.DataArray:
    """Compute a measure for runs of any conditions and seeds.

    Returns an array with dimensions `condition`, `seed`, `phase` and whatever the measure adds
    (`reference` for kl: each condition's active phase, of the same seed). Where a condition lacks
    a seed or a phase the value is NaN. Every run's own part is stored as `measures/<measure>.nc`.
    """
    if measure not in MEASURES:
        raise QuiescentError(f"no measure named '{measure}'. Known: {', '.join(MEASURES)}.")
    conditions = by_condition(runs)
    require_one_variable(runs)
    phases = with_noise(MEASURES[measure].phases, noise, sigma2)
    observed = {name: observe_phases(members, phases, device=device) for name, members in conditions.items()}
    results = []
    for name, members in conditions.items():
        for run in members:
            seed = run.config().seed[0]
            references = {
                other: one[seed]["active"] for other, one in observed.items() if "active" in one.get(seed, {})
            }
            result = MEASURES[measure].compute(observed[name][seed], references, numpy_stream(seed, "measure"))
            result = result.rename(measure).assign_attrs(noise=noise)
            store(run, measure, result)
            results.append(result.reset_coords(drop=True).expand_dims(condition=[name], seed=[seed]))
    combined: xr.DataArray = xr.merge(results, join="outer", compat="no_conflicts")[measure]
    return combined.assign_attrs(results[0].attrs)


def by_condition(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs grouped by configuration, under its label; equal labels are told apart by their folder."""
    groups: dict[tuple[str, Path], list[Run]] = {}
    for run in dict.fromkeys(runs):
        groups.setdefault((label(run.config()), run.folder.parent), []).append(run)
    names = [name for name, _ in groups]
    return {name if names.count(name) == 1 else str(folder): members for (name, folder), members in groups.items()}


def observe_phases(
    runs: Sequence[Run], phases: Mapping[str, Phase], *, device: str | None = None
) -> dict[int, dict[str, Activity]]:
    """Activity of every run (by seed) in every phase that is meant for it; runs share a configuration."""
    where = usable_device(device)
    trained = load(runs).to(where)
    fresh = untrained(trained.configs).to(where)
    observed: dict[int, dict[str, Activity]] = {seed: {} for seed in trained.seeds}
    for name, phase in phases.items():
        if isinstance(phase, Rest) and phase.only_noise_free and _is_noisy(trained.configs[0]):
            continue
        members = fresh if isinstance(phase, Rest) and phase.untrained else trained
        for seed, activity in zip(members.seeds, observe(members, phase), strict=True):
            observed[seed][name] = activity
    return observed


def store(run: Run, measure: str, result: xr.DataArray) -> None:
    """Write a result beside its run, as labelled netCDF."""
    with writing(run.folder / "measures" / f"{measure}.nc") as temporary:
        result.to_netcdf(temporary, engine="h5netcdf")


def with_noise(phases: Mapping[str, Phase], noise: RestNoise, sigma2: float | None) -> dict[str, Phase]:
    """Phases with the user's choice of noise at rest in place of the default, `scaled`."""
    if sigma2 is not None and sigma2 < 0:
        raise QuiescentError(f"sigma2={sigma2:g}: must be >= 0 (a variance).")
    return {
        name: phase._replace(noise=noise if phase.noise == "scaled" else phase.noise, sigma2=sigma2)
        if isinstance(phase, Rest)
        else phase
        for name, phase in phases.items()
    }


def require_one_variable(runs: Sequence[Run]) -> None:
    """Positions and headings cannot be compared or drawn together."""
    variables = {run.config().task.variable for run in runs}
    if len(variables) > 1:
        raise QuiescentError(f"these runs track different variables ({', '.join(sorted(variables))}); choose one.")


def _is_noisy(config: Config) -> bool:
    return config.network.sigma2_rec > 0


def draw(
    figure: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    device: str | None = None,
) -> Figure:
    """Draw a figure of runs of any conditions and seeds."""
    if figure not in FIGURES:
        raise QuiescentError(f"no figure named '{figure}'. Known: {', '.join(FIGURES)}.")
    require_one_variable(runs)
    conditions, drawing = by_condition(runs), FIGURES[figure]
    if isinstance(drawing, HistoryDrawing):
        return drawing.draw({name: [run.require_metrics() for run in members] for name, members in conditions.items()})
    phases = with_noise(drawing.phases, noise, sigma2)
    observed = {name: observe_phases(members, phases, device=device) for name, members in conditions.items()}
    return drawing.draw(
        {
            name: {phase: [activities[phase] for activities in seeds.values()] for phase in next(iter(seeds.values()))}
            for name, seeds in observed.items()
        }
    )
