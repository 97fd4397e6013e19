"""Stored results: the one place that knows their format. One file per run and measure, `measures/<name>.nc`."""

import json
from collections.abc import Mapping
from pathlib import Path

import h5py
import xarray as xr

from quiescent import __version__
from quiescent.config.schema import Config
from quiescent.machine.files import writing
from quiescent.measures import MEASURES
from quiescent.quiescence.activity import Phase
from quiescent.runs.run import Run
from quiescent.spaces import to_text

FORMAT = 2  # version 0.1 wrote none: what it stored is made again


def write_stored(
    run: Run, measure: str, results: xr.Dataset, config: Config, phases: Mapping[str, Phase], peers: Mapping[str, Run]
) -> xr.Dataset:
    """Store results with their run, and return them with attributes that tell where they come from."""
    results = results.assign_attrs(
        format=FORMAT,
        origin=_origin(run, measure, phases, peers),
        space=to_text(config.task.space),
        dt=config.task.dt,
        sigma2_rec=config.network.sigma2_rec,
    )
    with writing(_file(run, measure)) as temporary:
        results.to_netcdf(temporary, engine="h5netcdf")
    return results


def read_stored(run: Run, measure: str) -> xr.Dataset | None:
    """Read what is stored with a run. None if nothing is, or if it is damaged or of another format."""
    try:
        with xr.open_dataset(_file(run, measure), engine="h5netcdf") as file:
            return file.load() if file.attrs.get("format") == FORMAT else None
    except (OSError, ValueError, KeyError):
        return None  # it is made again


def is_stored(run: Run, measure: str, phases: Mapping[str, Phase], peers: Mapping[str, Run]) -> bool:
    """Tell whether a result is stored that was made from the present weights, phases and behaviour."""
    try:
        with h5py.File(_file(run, measure)) as file:
            fresh = file.attrs["origin"] == _origin(run, measure, phases, peers)
            return bool(fresh and file.attrs["format"] == FORMAT)
    except (OSError, KeyError):
        return False


def _file(run: Run, measure: str) -> Path:
    return run.folder / "measures" / f"{measure}.nc"


def _origin(run: Run, measure: str, phases: Mapping[str, Phase], peers: Mapping[str, Run]) -> str:
    """Write down everything that a result depends on."""
    compared = peers if MEASURES[measure].compare else {}
    return json.dumps(
        {
            "version": __version__,
            "batches": run.batches_done(),
            "phases": {name: [type(phase).__name__, *phase] for name, phase in phases.items()},
            "compared": {name: peer.batches_done() for name, peer in compared.items()},
        }
    )
