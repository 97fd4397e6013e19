"""Apply measures to finished runs: simulate the phases they need, compute, store with the runs; draw the results."""

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import xarray as xr
from matplotlib.figure import Figure

from quiescent import __version__
from quiescent.config.naming import label
from quiescent.errors import QuiescentError
from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.machine.files import writing
from quiescent.measures import MEASURES, Measure
from quiescent.measures.validity import threshold, valid
from quiescent.quiescence.activity import Active, Activity, Phase, Rest, RestNoise
from quiescent.quiescence.observe import observe
from quiescent.quiescence.phases import BEHAVIOUR
from quiescent.runs.run import Run
from quiescent.simulation.members import load, untrained
from quiescent.streams import numpy_stream
from quiescent.training.loop import usable_device

READINGS = ("all", "valid")


class Subject:
    """A trained network, and what it did in every phase so far: each is simulated once."""

    def __init__(self, run: Run, device: str | None = None) -> None:
        self.config = run.require_finished()
        self._trained = load([run]).to(usable_device(device))
        self._seen: dict[Phase, Activity] = {}

    def activity(self, phase: Phase, *, reading: str = "all") -> Activity:
        """What the network does in a phase; read as `valid`, without the steps at rest whose code is not."""
        if phase not in self._seen:
            members = self._trained
            if isinstance(phase, Rest) and phase.untrained:
                members = untrained(members.configs).to(members.network.device)
            (self._seen[phase],) = observe(members, phase, judge=True)
        found = self._seen[phase]
        if reading == "all" or isinstance(phase, Active):
            return found
        return found.only(valid(found, threshold(self.activity(BEHAVIOUR))))

    def meant(self, phases: Mapping[str, Phase]) -> dict[str, Phase]:
        """Those phases that are meant for this network."""
        noisy = self.config.network.sigma2_rec > 0
        return {
            name: phase
            for name, phase in phases.items()
            if isinstance(phase, Active) or not (phase.only_noise_free if noisy else phase.only_noisy)
        }

    def measure(self, measure: Measure, phases: Mapping[str, Phase], references: Mapping[str, Activity]) -> xr.Dataset:
        """One measure in all its readings."""
        wanted = self.meant(phases)
        # Hidden states fill the memory: only those that are needed now are kept.
        self._seen = {phase: one for phase, one in self._seen.items() if not phase.states or phase in wanted.values()}
        results = []
        for reading in READINGS if measure.readings else READINGS[:1]:
            activities = {name: self.activity(phase, reading=reading) for name, phase in wanted.items()}
            results.append(measure.compute(activities, references, numpy_stream(self.config.seed[0], "measure")))
        if not measure.readings:
            return results[0]
        return xr.concat(results, xr.Variable("reading", list(READINGS)), coords="minimal", compat="override")


def evaluate(
    measure: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    device: str | None = None,
    reuse: bool = False,
) -> xr.Dataset:
    """Compute a measure for runs of any conditions and seeds.

    Returns arrays with dimensions `condition`, `seed` and those of the measure: mostly `reading`
    (all steps; only those whose code is valid), `phase`, and for kl `reference` (each condition's
    active phase, of the same seed). Where a condition lacks a seed or a phase the value is NaN.
    Every run's own part is stored as `measures/<measure>.nc`; with `reuse`, what is stored there is
    not computed again.
    """
    if measure not in MEASURES:
        raise QuiescentError(f"no measure named '{measure}'. Known: {', '.join(MEASURES)}.")
    conditions = by_condition(runs)
    require_one_variable(runs, MEASURES[measure].variable, f"the measure '{measure}'")
    phases = with_noise(MEASURES[measure].phases, noise, sigma2)
    found = {}
    for name, members in conditions.items():
        for run in members:
            seed = run.config().seed[0]
            peers = {other: one for other, group in conditions.items() for one in group if one.config().seed[0] == seed}
            (result,) = measure_run(run, {measure: phases}, peers, device=device, reuse=reuse).values()
            found[name, seed] = result
    return combine(found)


def measure_run(
    run: Run,
    measures: Mapping[str, Mapping[str, Phase]],
    peers: Mapping[str, Run],
    *,
    device: str | None = None,
    reuse: bool = True,
) -> dict[str, xr.Dataset]:
    """Measures of one run, by name, each from its phases; stored with the run as they are made.

    `peers` are the runs, by condition, whose behaviour it is compared with.
    """
    results, subject = {}, None
    for name, phases in measures.items():
        measure = MEASURES[name]
        compared = peers if measure.compare else {}
        found = stored(run, name) if reuse and is_stored(run, name, phases, peers) else None
        if found is None:
            subject = subject or Subject(run, device)
            references = {other: _behaviour(one, one.batches_done(), device) for other, one in compared.items()}
            config = subject.config
            found = subject.measure(measure, phases, references).assign_attrs(
                origin=_origin(run, phases, compared),
                variable=config.task.variable,
                box=[edge for side in config.task.box for edge in side],
                dt=config.task.dt,
                sigma2_rec=config.network.sigma2_rec,
            )
            with writing(_file(run, name)) as temporary:
                found.to_netcdf(temporary, engine="h5netcdf")
        results[name] = found
    return results


def stored(run: Run, measure: str) -> xr.Dataset | None:
    """What is stored with a run, or None."""
    try:
        with xr.open_dataset(_file(run, measure), engine="h5netcdf") as file:
            return file.load()
    except (OSError, ValueError, KeyError):
        return None  # damaged: it is made again


def is_stored(run: Run, measure: str, phases: Mapping[str, Phase], peers: Mapping[str, Run]) -> bool:
    """Whether a measure is stored with a run that was made from the same weights, phases and behaviour."""
    try:
        with h5py.File(_file(run, measure)) as file:
            return bool(file.attrs["origin"] == _origin(run, phases, peers if MEASURES[measure].compare else {}))
    except (OSError, KeyError):
        return False


def _file(run: Run, measure: str) -> Path:
    return run.folder / "measures" / f"{measure}.nc"


def combine(found: Mapping[tuple[str, int], xr.Dataset]) -> xr.Dataset:
    """Results by condition and seed as one dataset; what is missing is NaN."""
    by_name: dict[str, list[xr.Dataset]] = {}
    for (name, seed), one in found.items():
        noise = {"sigma2_rec": ("condition", [one.attrs["sigma2_rec"]])}
        by_name.setdefault(name, []).append(one.expand_dims(condition=[name], seed=[seed]).assign_coords(noise))
    attrs = {key: value for key, value in next(iter(found.values())).attrs.items() if key != "origin"}
    rows = [_join(seeds, "seed") for seeds in by_name.values()]
    together = _join(rows, "condition")
    together.attrs = attrs
    return together


def _join(parts: Sequence[xr.Dataset], dim: str) -> xr.Dataset:
    together = xr.concat(
        parts, dim, data_vars="all", coords="different", compat="equals", join="outer", combine_attrs="drop_conflicts"
    )
    order = list(dict.fromkeys(phase for part in parts if "phase" in part.dims for phase in part["phase"].values))
    return together.sel(phase=order) if order else together  # an outer join sorts the labels


@functools.lru_cache(maxsize=32)
def _behaviour(run: Run, batches: int, device: str | None) -> Activity:
    return Subject(run, device).activity(BEHAVIOUR)


def _origin(run: Run, phases: Mapping[str, Phase], compared: Mapping[str, Run]) -> str:
    """Everything that a stored result depends on."""
    return json.dumps(
        {
            "version": __version__,
            "batches": run.batches_done(),
            "phases": {name: [type(phase).__name__, *phase] for name, phase in phases.items()},
            "compared": {name: one.batches_done() for name, one in compared.items()},
        }
    )


def by_condition(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs grouped by configuration, under its label; equal labels are told apart by their folder."""
    groups: dict[tuple[str, Path], list[Run]] = {}
    for run in dict.fromkeys(runs):
        groups.setdefault((label(run.config()), run.folder.parent), []).append(run)
    names = [name for name, _ in groups]
    return {name if names.count(name) == 1 else str(folder): members for (name, folder), members in groups.items()}


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


def require_one_variable(runs: Sequence[Run], needed: str | None, what: str) -> None:
    """Positions and headings cannot be compared or drawn together; some measures and figures are for one of them."""
    variables = {run.config().task.variable for run in runs}
    if len(variables) > 1:
        raise QuiescentError(f"these runs track different variables ({', '.join(sorted(variables))}); choose one.")
    if needed is not None and variables != {needed}:
        raise QuiescentError(f"{what} is for runs that track a {needed}; these track a {variables.pop()}.")


def draw(
    figure: str,
    runs: Sequence[Run],
    *,
    noise: RestNoise = "scaled",
    sigma2: float | None = None,
    device: str | None = None,
) -> Figure:
    """Draw a figure of runs of any conditions and seeds, from stored results where there are."""
    if figure not in FIGURES:
        raise QuiescentError(f"no figure named '{figure}'. Known: {', '.join(FIGURES)}.")
    drawing = FIGURES[figure]
    if isinstance(drawing, HistoryDrawing):
        require_one_variable(runs, None, figure)
        conditions = by_condition(runs)
        return drawing.draw({name: [run.require_metrics() for run in members] for name, members in conditions.items()})
    require_one_variable(runs, drawing.variable, f"the figure '{figure}'")
    return drawing.draw(
        {name: evaluate(name, runs, noise=noise, sigma2=sigma2, device=device, reuse=True) for name in drawing.measures}
    )
