"""Results of the paper: gathered from all runs, and written as one file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.evaluation.run import can_take_part, stored
from quiescent.machine.files import writing
from quiescent.studies.paper.experiments import CONDITIONS
from quiescent.studies.paper.measures import PICTURES
from quiescent.studies.paper.plan import PaperPlan

LARGE = 16_000  # bytes, from which on an array is compressed


def gather(plan: PaperPlan) -> dict[str, xr.Dataset]:
    """Gather all stored results over conditions and seeds; of seeds that a condition lacks they are NaN.

    Those of networks by "family/measure", those of controls in their place by "controls/<control>/family/measure".
    """
    found: dict[str, dict[tuple[str, int], xr.Dataset]] = {}
    names = {run: (name, seed) for name, runs in plan.runs.items() for seed, run in runs.items()}
    for run, measures, peers, judges, control in plan.asked():
        name, seed = names[run]
        family = CONDITIONS[name].family
        for measure, phases in measures.items():
            drawn = measure not in PICTURES or run == plan.first(name)
            if not (drawn and can_take_part(control, measure, phases)):
                continue
            result = stored(run, measure, phases, peers, judges, control)
            if result is None:
                raise QuiescentError(f"{run.folder}: its {measure} is missing. Give the command again.")
            key = f"controls/{control}/{family}/{measure}" if control else f"{family}/{measure}"
            found.setdefault(key, {})[name, seed] = result
    return {key: _with_all_seeds(key, combine(results), plan) for key, results in found.items()}


def _with_all_seeds(key: str, dataset: xr.Dataset, plan: PaperPlan) -> xr.Dataset:
    """Give what claims are decided by every seed that was asked for, in its order, whether it is finished or not."""
    if key.startswith("controls/") or key.split("/")[-1] in PICTURES:
        return dataset
    return dataset.reindex(seed=list(plan.seeds))


def write_results(path: Path, results: Mapping[str, xr.Dataset]) -> None:
    """Write results as one netCDF file, with a group for every family and measure."""
    rounded = {key: _rounded_all(dataset) for key, dataset in results.items()}
    large = {"zlib": True, "complevel": 9, "shuffle": True}
    encoding = {
        f"/{key}": {name: large for name, array in dataset.data_vars.items() if array.nbytes > LARGE}
        for key, dataset in rounded.items()
    }
    tree = xr.DataTree.from_dict(rounded)
    with writing(path) as temporary:
        # Made in memory: on a full disk HDF5 would crash the process.
        temporary.write_bytes(tree.to_netcdf(engine="h5netcdf", encoding=encoding))


def _rounded_all(dataset: xr.Dataset) -> xr.Dataset:
    numbers = [name for name in dataset.data_vars if dataset[name].dtype.kind == "f"]
    return dataset.assign({name: _rounded(dataset[name]) for name in numbers})


def _rounded(array: xr.DataArray) -> xr.DataArray:
    """Round to single precision; of pictures keep 8 bits of each number, which compress well."""
    single = array.astype(np.float32)
    if single.nbytes <= LARGE:
        return single
    bits = (single.values.view(np.uint32) + np.uint32(1 << 14)) & np.uint32(0xFFFF8000)
    return single.copy(data=np.where(np.isfinite(single.values), bits.view(np.float32), single.values))
