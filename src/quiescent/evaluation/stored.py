"""Stored results: the one place that knows their format.

One file per run and measure, `measures/<name>.nc`; of a control in its place `measures/<name>.<control>.nc`, and of
a rest that a user asked for `measures/<name>@friction=0.3.nc`, so that scans of rest do not replace one another. It
is a netCDF file that ends with a seal, the checksum of all bytes before it, which readers of netCDF leave alone. Its
attributes tell everything that the numbers depend on; a file that tells anything else, or whose seal is broken, is
made again.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np
import xarray as xr

from quiescent.errors import QuiescentError
from quiescent.machine.files import read_file, writing
from quiescent.quiescence.activity import Phase
from quiescent.runs.identity import identity
from quiescent.runs.open import read_config
from quiescent.runs.run import Run
from quiescent.spaces import to_text

# The first version whose measures give the numbers of this one. It is part of every origin: put the version that comes
# next here when a measure gives other numbers for the same network, and all that was stored before is made again.
SAME_NUMBERS_SINCE = "0.1.0"
FORMAT = 4  # those of version 0.1 have none, or no seal
SEAL = 32  # bytes
UNREADABLE = (OSError, LookupError, ValueError, RuntimeError, TypeError, AttributeError)  # as HDF5's readers say it


class Origin(NamedTuple):
    """Everything that a stored result depends on, but for the run itself.

    `peers` are the runs, by condition, whose behaviour is compared with, and `judges` those whose behaviour says what a
    valid code is; `control` is what takes the network's place; `rest` names what a user asked of rest.
    """

    measure: str
    phases: Mapping[str, Phase]
    peers: Mapping[str, Run]
    judges: Mapping[str, Run]
    control: str | None = None
    rest: str = ""


def write_stored(run: Run, origin: Origin, results: xr.Dataset) -> xr.Dataset:
    """Store results with their run, and return them with attributes that tell where they come from."""
    results = results.assign_attrs(_attributes(run, origin))
    content = bytes(results.to_netcdf(engine="h5netcdf"))  # in memory: on a full disk HDF5 would crash the process
    with writing(_file(run, origin)) as temporary:
        temporary.write_bytes(content + _seal(content))
    return results


def read_stored(run: Run, origin: Origin) -> xr.Dataset | None:
    """Read a result that was made from the present weights, settings, phases and behaviour.

    None if there is none, or if it is damaged. Raises `QuiescentError` if there is one that cannot be read, or that
    somebody sealed who knew how, but holds no netCDF.
    """
    content = _content(run, origin)
    if content is None:
        return None
    try:
        with xr.open_dataset(content, engine="h5netcdf") as file:
            return file.load()
    except UNREADABLE as error:
        reason = " ".join(str(error).split())
        raise QuiescentError(f"{_file(run, origin)} holds no result ({reason}). Remove it.") from None


def is_stored(run: Run, origin: Origin) -> bool:
    """Tell whether a result is stored that was made from the present weights, settings, phases and behaviour."""
    return _content(run, origin) is not None


def _content(run: Run, origin: Origin) -> io.BytesIO | None:
    sealed = read_file(_file(run, origin)) or b""
    content = sealed[:-SEAL]
    if _seal(content) != sealed[-SEAL:]:
        return None
    expected = _attributes(run, origin)
    try:
        with h5py.File(io.BytesIO(content)) as file:
            told = {name: file.attrs.get(name, ()) for name in expected}
    except UNREADABLE:
        return None
    # Numbers come back as lists of one.
    fresh = all(np.array_equal(np.ravel(told[name]), np.ravel(value)) for name, value in expected.items())
    return io.BytesIO(content) if fresh else None


def _seal(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=SEAL).digest()


def _file(run: Run, origin: Origin) -> Path:
    return run.folder / "measures" / file_name(origin.measure, origin.control, origin.rest)


def file_name(measure: str, control: str | None = None, rest: str = "") -> str:
    """Name the file of a measure, of a control in the network's place, and of what was asked of rest.

    Examples
    --------
    >>> file_name("kl"), file_name("kl", "frozen", "friction=0.3")
    ('kl.nc', 'kl.frozen@friction=0.3.nc')
    """
    return measure + (f".{control}" if control else "") + (f"@{rest}" if rest else "") + ".nc"


def _attributes(run: Run, origin: Origin) -> dict[str, str | int | float]:
    config = read_config(run)
    return {
        "format": FORMAT,
        "origin": _text(run, origin),
        "space": to_text(config.task.space),
        "dt": config.task.dt,
        "sigma2_rec": config.network.sigma2_rec,
    }


def _text(run: Run, origin: Origin) -> str:
    return json.dumps(
        {
            "version": SAME_NUMBERS_SINCE,
            "run": identity(run),
            "phases": {name: _said(phase) for name, phase in origin.phases.items()},
            "compared": {name: identity(peer) for name, peer in origin.peers.items()},
            "judges": {name: identity(judge) for name, judge in origin.judges.items()},
            "control": origin.control,
        }
    )


def _said(phase: Phase) -> list[object]:
    """Name a phase and what differs from its defaults, so that it stays the same when phases learn to do more."""
    said = {name: value for name, value in phase._asdict().items() if value != phase._field_defaults.get(name)}
    return [type(phase).__name__, said]
