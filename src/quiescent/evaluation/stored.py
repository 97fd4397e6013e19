"""Stored results: the one place that knows their format.

One file per run and measure, `measures/<name>.nc`; of a control in its place `measures/<name>.<control>.nc`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import h5py
import xarray as xr

from quiescent import __version__
from quiescent.config.schema import Config
from quiescent.machine.files import writing
from quiescent.quiescence.activity import Phase
from quiescent.runs.run import Run
from quiescent.spaces import to_text

FORMAT = 3  # version 0.1 wrote none: what it stored is made again


class Origin(NamedTuple):
    """Everything that a stored result depends on, but for the run itself.

    `peers` are the runs, by condition, whose behaviour is compared with, and `judges` those whose behaviour says what a
    valid code is; `control` is what takes the network's place.
    """

    measure: str
    phases: Mapping[str, Phase]
    peers: Mapping[str, Run]
    judges: Mapping[str, Run]
    control: str | None = None


def write_stored(run: Run, origin: Origin, results: xr.Dataset, config: Config) -> xr.Dataset:
    """Store results with their run, and return them with attributes that tell where they come from."""
    results = results.assign_attrs(
        format=FORMAT,
        origin=_text(run, origin),
        space=to_text(config.task.space),
        dt=config.task.dt,
        sigma2_rec=config.network.sigma2_rec,
    )
    with writing(_file(run, origin.measure, origin.control)) as temporary:
        # Made in memory: on a full disk HDF5 would crash the process.
        temporary.write_bytes(results.to_netcdf(engine="h5netcdf"))
    return results


def read_stored(run: Run, measure: str, control: str | None = None) -> xr.Dataset | None:
    """Read what is stored with a run. None if nothing is, or if it is damaged or of another format."""
    try:
        with xr.open_dataset(_file(run, measure, control), engine="h5netcdf") as file:
            return file.load() if file.attrs.get("format") == FORMAT else None
    except (OSError, ValueError, KeyError):
        return None  # it is made again


def is_stored(run: Run, origin: Origin) -> bool:
    """Tell whether a result is stored that was made from the present weights, phases and behaviour."""
    try:
        with h5py.File(_file(run, origin.measure, origin.control)) as file:
            fresh = file.attrs["origin"] == _text(run, origin)
            return bool(fresh and file.attrs["format"] == FORMAT)
    except (OSError, KeyError):
        return False


def _file(run: Run, measure: str, control: str | None) -> Path:
    return run.folder / "measures" / (f"{measure}.{control}.nc" if control else f"{measure}.nc")


def _text(run: Run, origin: Origin) -> str:
    return json.dumps(
        {
            "version": __version__,
            "batches": run.batches_done(),
            "phases": {name: _said(phase) for name, phase in origin.phases.items()},
            "compared": {name: peer.batches_done() for name, peer in origin.peers.items()},
            "judges": {name: judge.batches_done() for name, judge in origin.judges.items()},
            "control": origin.control,
        }
    )


def _said(phase: Phase) -> list[object]:
    """Name a phase and what differs from its defaults, so that it stays the same when phases learn to do more."""
    said = {name: value for name, value in phase._asdict().items() if value != phase._field_defaults.get(name)}
    return [type(phase).__name__, said]
