"""NWB files: every spatial series in them, by name."""

from pathlib import Path
from typing import Any

import numpy as np

from quiescent.errors import QuiescentError
from quiescent.recordings.h5 import opened
from quiescent.recordings.table import Parts, Table, Unreadable
from quiescent.recordings.units import unit_of


def read_nwb(path: Path) -> Parts:
    """Read positions and headings, each a table with its own times. Raises `QuiescentError` without the extra `nwb`."""
    try:
        import pynwb
    except ImportError:
        raise QuiescentError(f"{path}: needs the extra 'nwb': pip install 'quiescent[nwb]'.") from None
    with opened(path) as file, pynwb.NWBHDF5IO(file=file, mode="r") as stored:
        series = [item for item in stored.read().objects.values() if isinstance(item, pynwb.behavior.SpatialSeries)]
        if not series:
            raise Unreadable("it holds no SpatialSeries")
        names = [item.name for item in series]
        return {
            item.name if names.count(item.name) == 1 else f"{item.parent.name}/{item.name}": _table(item)
            for item in series
        }


def _table(series: Any) -> Table:
    values = np.asarray(series.data[...], float)
    values = values.reshape(len(values), -1) * series.conversion + (series.offset or 0.0)
    heading = type(series.parent).__name__ == "CompassDirection" or (
        values.shape[1] == 1 and unit_of(series.unit) in ("rad", "deg")
    )
    names = ["heading"] if heading else ["position"] if values.shape[1] == 1 else list("xyz"[: values.shape[1]])
    columns = {name: values[:, k] for k, name in enumerate(names)}
    unit = unit_of(series.unit)
    units = dict.fromkeys(names, unit) if unit else {}
    notes = () if unit else (f"the unit of '{series.name}' is '{series.unit}': metres or radians were taken",)
    if series.timestamps is not None:
        columns["time"] = np.asarray(series.timestamps[...], float)
    else:
        columns["time"] = (series.starting_time or 0.0) + np.arange(len(values)) / series.rate
    return Table(columns, {**units, "time": "s"}, notes=notes)
