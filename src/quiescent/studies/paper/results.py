"""Results of the paper: gathered from all runs, and written as one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr

from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.evaluation.stored import read_stored
from quiescent.machine.files import writing
from quiescent.studies.paper.experiments import CONDITIONS
from quiescent.studies.paper.measures import measures_of
from quiescent.studies.paper.plan import PaperPlan

LARGE = 16_000  # bytes, from which on an array is compressed
PICTURES = ("paths", "occupancy", "manifold")  # kept of the first seed only, since they are large


def gather(plan: PaperPlan) -> dict[str, xr.Dataset]:
    """Gather all stored results, by family and measure, over conditions and seeds."""
    stored: dict[str, dict[tuple[str, int], xr.Dataset]] = {}
    for name, runs in plan.runs.items():
        for measure in measures_of(name, plan.scale):
            for seed, run in zip(plan.seeds, runs, strict=True):
                if measure in PICTURES and seed != plan.seeds[0]:
                    continue
                result = read_stored(run, measure)
                if result is None:
                    raise QuiescentError(f"{run.folder}: its {measure} is missing. Give the command again.")
                stored.setdefault(f"{CONDITIONS[name].family}/{measure}", {})[name, seed] = result
    return {key: combine(results) for key, results in stored.items()}


def write_results(path: Path, results: Mapping[str, xr.Dataset]) -> None:
    """Write results as one netCDF file, with a group for every family and measure."""
    with writing(path) as temporary:
        for number, (key, dataset) in enumerate(results.items()):
            numbers = [name for name in dataset.data_vars if dataset[name].dtype.kind == "f"]
            dataset = dataset.assign({name: _rounded(dataset[name]) for name in numbers})
            large = [name for name in numbers if dataset[name].nbytes > LARGE]
            encoding = {name: {"zlib": True, "complevel": 9, "shuffle": True} for name in large}
            mode: Literal["a", "w"] = "a" if number else "w"
            dataset.to_netcdf(temporary, mode=mode, group=key, engine="h5netcdf", encoding=encoding)


def _rounded(array: xr.DataArray) -> xr.DataArray:
    """Round to single precision; of pictures keep 8 bits of each number, which compress well."""
    single = array.astype(np.float32)
    if single.nbytes <= LARGE:
        return single
    bits = (single.values.view(np.uint32) + np.uint32(1 << 14)) & np.uint32(0xFFFF8000)
    return single.copy(data=np.where(np.isfinite(single.values), bits.view(np.float32), single.values))
