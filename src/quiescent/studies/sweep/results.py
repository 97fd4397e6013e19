"""Results of a sweep: numbers of all its networks over the axes of the grid."""

import io
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from quiescent import __version__
from quiescent.config.grid import Point, Value
from quiescent.config.naming import label
from quiescent.config.schema import Config
from quiescent.config.words import ALIASES
from quiescent.errors import QuiescentError
from quiescent.evaluation.run import stored
from quiescent.evaluation.views import READINGS
from quiescent.machine.files import writing
from quiescent.measures.measure import PAPER
from quiescent.quiescence.rest_settings import RestSettings
from quiescent.runs.run import Run
from quiescent.studies.sweep.plan import SweepPlan, asked

EARLIER_PHASES = {"noisy": "noise_added"}  # names in version 0.1
SCALARS = ("reading", "phase")  # dimensions of what is gathered; curves and maps stay with their runs


def gather(plan: SweepPlan) -> xr.Dataset:
    """Gather the numbers of all finished runs over the axes of the grid: last test, measures by reading and phase.

    Where a run is not finished or a measure not made, it is NaN.
    """
    numbers: dict[tuple[Value, ...], dict[str, xr.DataArray]] = {}
    for point, run in zip(plan.grid.points, plan.runs, strict=True):
        if run.batches_done() >= point.config.training.batches:
            for at, rest in plan.rests.settings.items():
                numbers[_place(point, at)] = _numbers(plan, run, point.config, rest)
    measured = [array for of_run in numbers.values() for array in of_run.values() if "phase" in array.dims]
    phases = list(dict.fromkeys(str(phase) for array in measured for phase in array["phase"].values))
    labels = {"reading": list(READINGS), "phase": phases}
    axes = plan.axes
    arrays: dict[str, xr.DataArray] = {}
    for point, at in itertools.product(plan.grid.points, plan.rests.settings):
        key = _place(point, at)
        place = tuple(values.index(value) for values, value in zip(axes.values(), key, strict=True))
        for name, array in numbers.get(key, {}).items():
            dims = [dim for dim in SCALARS if dim in array.dims]
            if name not in arrays:
                shape = [*map(len, axes.values()), *(len(labels[dim]) for dim in dims)]
                arrays[name] = xr.DataArray(np.full(shape, np.nan), dims=[*axes, *dims], attrs=array.attrs)
            ordered = array.transpose(*dims).reindex({dim: labels[dim] for dim in dims})
            arrays[name].values[place] = ordered.values
    used = {dim for array in arrays.values() for dim in array.dims}
    coords = axes | {dim: values for dim, values in labels.items() if dim in used}
    attrs = {"words": " ".join(plan.words), "quiescent": __version__}
    return xr.Dataset(arrays, coords=coords, attrs=attrs)


def _place(point: Point, at: tuple[Value, ...]) -> tuple[Value, ...]:
    """Join where a network lies and how it rests, in the order of the plan's axes."""
    *network, seed = point.at.values()
    return (*network, *at, seed)


def _numbers(plan: SweepPlan, run: Run, config: Config, rest: RestSettings) -> dict[str, xr.DataArray]:
    test = run.require_metrics()[-1]
    unit = f"{config.task.space.unit}^2"
    numbers = {
        "test_loss": xr.DataArray(test.loss),
        "test_error": xr.DataArray(test.error, attrs={"unit": unit}),
    }
    wanted = asked(plan, run, config, rest)
    for measure, phases in wanted.measures.items():
        dataset = stored(run, measure, phases, wanted.peers)
        if dataset is None:
            continue
        if "window" in dataset.dims:
            dataset = dataset.sel(window=PAPER, drop=True)
        if "reference" in dataset.dims:
            dataset = dataset.sel(reference=label(config), drop=True)
        for name, array in dataset.data_vars.items():
            if set(array.dims) <= set(SCALARS) and array.dtype.kind == "f":
                numbers[str(name)] = array.reset_coords(drop=True)
    return numbers


def save_results(plan: SweepPlan, results: xr.Dataset) -> Path:
    """Store gathered results as `sweep.nc`."""
    path = plan.folder / "sweep.nc"
    with writing(path) as temporary:
        # Made in memory: on a full disk HDF5 would crash the process.
        temporary.write_bytes(results.to_netcdf(engine="h5netcdf"))
    return path


def load_results(folder: Path) -> xr.Dataset:
    """Load the results that a sweep stored."""
    path = folder / "sweep.nc"
    try:
        with xr.open_dataset(io.BytesIO(path.read_bytes()), engine="h5netcdf") as file:  # HDF5 would lock the file
            results = file.load()
        for name, array in results.data_vars.items():
            if array.dtype.kind not in "fiu" or not isinstance(array.attrs.get("unit", ""), str):
                raise ValueError(f"{name} is not as a sweep stores it")
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise QuiescentError(f"{path}: cannot be read ({error}). Give the `quiescent sweep` command again.") from None
    if "phase" in results.coords:
        phases = [EARLIER_PHASES.get(str(phase), str(phase)) for phase in results["phase"].values]
        results = results.assign_coords(phase=phases)
    return results


def select(results: xr.Dataset, words: Sequence[str]) -> xr.Dataset:
    """Select the results that lie at the given `key=value` of the grid."""
    for word in words:
        key, _, text = word.partition("=")
        key = ALIASES.get(key, key)
        if key not in results.dims or key in SCALARS:
            axes = [str(dim) for dim in results.dims if dim not in SCALARS]
            raise QuiescentError(f"'{key}' was not swept. Swept: {', '.join(axes)}.")
        labels = results[key].values
        chosen = [label for label in labels if str(label) == text or _number(label) == _number(text)]
        if not chosen:
            raise QuiescentError(f"{word}: not one of its values, {', '.join(map(str, labels))}.")
        results = results.sel({key: chosen[0]}) if key != "seed" else results.sel(seed=chosen)
    return results


def _number(text: object) -> float | str:
    try:
        return float(str(text))
    except ValueError:
        return str(text)
