"""Neurodata Without Borders: one file that holds a network's activity as if it were an animal's."""

import importlib.util
import io
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from quiescent import __version__
from quiescent.errors import QuiescentError
from quiescent.formats.timeline import Phases, Series, intervals_of, rate_of, series_of
from quiescent.machine.files import writing
from quiescent.spaces import Space, from_text

UNITS = {"m": "meters", "rad": "radians", "a.u.": "a.u.", "1": "n.a."}  # by those of labelled activity
KEYWORDS = ("recurrent neural network", "simulation", "offline reactivation")


class Session(NamedTuple):
    """Words in which a file says where it comes from."""

    network: str  # its name, without slashes
    description: str
    began: datetime
    experimenter: str = f"quiescent, version {__version__}"  # as in "Lastname, Firstname"
    institution: str = "none (simulated)"


def require_pynwb() -> None:
    """Raise `QuiescentError`, which says what to install, if the package that writes NWB files is missing."""
    if importlib.util.find_spec("pynwb") is None:
        raise QuiescentError("nwb: needs the extra 'nwb': pip install 'quiescent[nwb]'")


def write_nwb(path: Path, phases: Phases, session: Session) -> list[Path]:
    """Write true and decoded paths, the quality of codes, hidden states, and trials as intervals.

    Raises `QuiescentError` if pynwb is missing.
    """
    require_pynwb()
    from pynwb import NWBHDF5IO

    contents = _contents(phases, session)
    image = io.BytesIO()  # in memory: on a full disk HDF5 would crash the process
    with h5py.File(image, "w") as file, NWBHDF5IO(file=file, mode="w") as writer:
        writer.write(contents)
    with writing(path) as temporary:
        temporary.write_bytes(image.getbuffer())
    return [path]


def _contents(phases: Phases, session: Session) -> Any:
    from pynwb import NWBFile
    from pynwb.file import Subject

    contents = NWBFile(
        session_description=session.description,
        identifier=str(uuid.uuid4()),
        session_start_time=session.began,
        experimenter=[session.experimenter],
        institution=session.institution,
        experiment_description="A recurrent network in its task (wake) and without input (rest); Krishna et al. (2024)",
        keywords=KEYWORDS,
        subject=Subject(
            subject_id=session.network,
            species="Artificial network",  # in the form of a Latin name
            sex="U",
            age="P0D",
            description="artificial network",
        ),
    )
    space = from_text(next(iter(phases.values())).attrs["space"])
    behaviour = contents.create_processing_module("behavior", "true and decoded paths")
    paths = _container(space)
    behaviour.add(paths)
    quality = None
    rate = rate_of(phases)
    for series in series_of(phases):
        if series.name == "states":
            contents.add_acquisition(_time_series(series, rate))
        elif series.name.endswith(f"_{space.variable}"):
            paths.add_spatial_series(_spatial_series(series, rate, space))
        else:
            quality = quality or contents.create_processing_module("misc", "quality of the code, step by step")
            quality.add(_time_series(series, rate))
    _add_intervals(contents, phases)
    return contents


def _container(space: Space) -> Any:
    from pynwb.behavior import CompassDirection, Position

    return CompassDirection() if space.unit == "rad" else Position()


def _spatial_series(series: Series, rate: float, space: Space) -> Any:
    from pynwb.behavior import SpatialSeries

    origin = "counter-clockwise from the x axis" if space.unit == "rad" else "the origin of the network's own space"
    return SpatialSeries(**_common(series, rate), reference_frame=origin)


def _time_series(series: Series, rate: float) -> Any:
    from pynwb import TimeSeries

    return TimeSeries(**_common(series, rate))


def _common(series: Series, rate: float) -> dict[str, Any]:
    from pynwb import H5DataIO

    values = series.values.astype(np.uint8) if series.values.dtype == bool else series.values
    strides = np.unique(np.diff(series.steps))
    if len(strides) < 2:
        stride = int(strides[0]) if len(strides) else 1
        when: dict[str, Any] = {"starting_time": series.steps[0] / rate, "rate": rate / stride}
    else:
        when = {"timestamps": series.steps / rate}
    return when | {
        "name": series.name,
        "data": H5DataIO(values, compression="gzip", shuffle=True),
        "unit": UNITS.get(series.units, "n.a."),
        "description": series.meaning,
    }


def _add_intervals(contents: Any, phases: Phases) -> None:
    """Add a table of all trials, and one of those in each phase."""
    from pynwb.epoch import TimeIntervals

    trials = intervals_of(phases)
    contents.add_trial_column("phase", "wake: in the task; rest: without input")
    contents.add_trial_column("noise_std", "standard deviation of the hidden states' noise, per step")
    for phase, _, start, end in zip(*trials, strict=True):
        noise_std = float(phases[phase].attrs["noise_std"])
        contents.add_trial(start_time=start, stop_time=end, phase=phase, noise_std=noise_std)
    for phase in phases:
        own = trials.of(phase)
        table = TimeIntervals(name=phase, description=f"trials in the phase {phase}")
        for start, end in zip(own.starts, own.ends, strict=True):
            table.add_interval(start_time=start, stop_time=end)
        contents.add_time_intervals(table)
