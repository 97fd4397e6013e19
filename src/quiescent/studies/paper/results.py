"""Results of the paper: gathered from all runs, and written as one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr

from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.evaluation.evaluate import can_take_part
from quiescent.evaluation.stored import read_stored
from quiescent.machine.files import writing
from quiescent.studies.paper.experiments import CONDITIONS
from quiescent.studies.paper.measures import PICTURES
from quiescent.studies.paper.plan import PaperPlan

LARGE = 16_000  # bytes, from which on an array is compressed


def gather(plan: PaperPlan) -> dict[str, xr.Dataset]:
    """Gather all stored results over conditions and seeds; of seeds that a condition lacks they are NaN.

    Those of networks by "family/measure", those of controls in their place by "controls/<control>/family/measure".
    """
    stored: dict[str, dict[tuple[str, int], xr.Dataset]] = {}
    for name, runs in plan.runs.items():
        family = CONDITIONS[name].family
        for seed, run in runs.items():
            for control, measures in plan.with_controls(name, seed).items():
                for measure, phases in measures.items():
                    drawn = measure not in PICTURES or run == plan.first(name)
                    if not (drawn and can_take_part(control, measure, phases)):
                        continue
                    result = read_stored(run, measure, control)
                    if result is None:
                        raise QuiescentError(f"{run.folder}: its {measure} is missing. Give the command again.")
                    key = f"controls/{control}/{family}/{measure}" if control else f"{family}/{measure}"
                    stored.setdefault(key, {})[name, seed] = result
    return {key: _with_all_seeds(key, combine(results), plan) for key, results in stored.items()}


def _with_all_seeds(key: str, dataset: xr.Dataset, plan: PaperPlan) -> xr.Dataset:
    """Give what claims are decided by every seed that was asked for, in its order, whether it is finished or not."""
    if key.startswith("controls/") or key.split("/")[-1] in PICTURES:
        return dataset
    return dataset.reindex(seed=list(plan.seeds))


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
