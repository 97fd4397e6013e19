"""Results of several runs as one dataset, in which every condition keeps its own space, time step and grids."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

OWN = ("sigma2_rec", "dt", "space")  # attributes of a result that become coordinates of its condition


def combine(results: Mapping[tuple[str, int], xr.Dataset]) -> xr.Dataset:
    """Join results by condition and seed into one dataset; what is missing is NaN.

    Labels such as phases are aligned. Curves and maps lie on grids of their own (lags in seconds, edges of a map):
    their dimensions are padded with NaN at the end, and the grids become coordinates over condition and seed.
    """
    grids = sorted({str(name) for result in results.values() for name in _grids(result)})
    by_condition: dict[str, list[xr.Dataset]] = {}
    for (name, seed), result in results.items():
        own = {key: ("condition", [result.attrs[key]]) for key in OWN if key in result.attrs}
        labelled = result.reset_coords(_grids(result)).expand_dims(condition=[name], seed=[seed]).assign_coords(own)
        by_condition.setdefault(name, []).append(labelled)
    rows = [_join(seeds, "seed") for seeds in by_condition.values()]
    together = _join(rows, "condition")
    together.attrs = {}
    return together.set_coords(grids)


def _grids(result: xr.Dataset) -> list[str]:
    return [str(name) for name in result.coords if name not in result.dims]


def _join(parts: Sequence[xr.Dataset], dim: str) -> xr.Dataset:
    unlabelled = {name for part in parts for name in part.dims if name not in part.coords}
    longest = {name: max(part.sizes.get(name, 0) for part in parts) for name in unlabelled}
    padded = []
    for part in parts:
        missing = {name: (0, longest[name] - part.sizes[name]) for name in unlabelled if name in part.dims}
        missing = {name: width for name, width in missing.items() if width[1]}
        padded.append(part.pad(missing, constant_values=np.nan) if missing else part)
    together = xr.concat(
        padded, dim, data_vars="all", coords="different", compat="equals", join="outer", combine_attrs="drop_conflicts"
    )
    order = list(dict.fromkeys(phase for part in parts if "phase" in part.dims for phase in part["phase"].values))
    return together.sel(phase=order) if order else together  # an outer join sorts the labels
