"""Numbers of the main measures: per condition and control, phase, reading and window, mean and spread over seeds."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from quiescent.controls import CONTROLS
from quiescent.evaluation.views import READINGS
from quiescent.machine.files import writing
from quiescent.measures import MEASURES
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.experiments import FAMILIES
from quiescent.studies.paper.formats import Record

Cells = dict[str, list[float | None]]  # by window: mean, standard deviation and number of seeds


class Column(NamedTuple):
    """A variable of a measure, and how a table of it is headed."""

    measure: str
    variable: str
    title: str


COLUMNS = (
    Column("kl", "kl", "KL of rest from own behaviour (nats)"),
    Column("common_start", "distance", "distance from behaviour after a common start"),
    Column("variance", "variance", "variance of a path (m², circular: 0 to 1)"),
    Column("distance", "distance", "step distance (m, rad)"),
    Column("displacement", "msd_100", "squared displacement in 100 steps (m², rad²)"),
    Column("displacement", "exponent", "diffusion exponent"),
    Column("coverage", "coverage_end", "coverage"),
    Column("wasserstein", "wasserstein", "sliced Wasserstein distance from behaviour (m, rad)"),
    Column("shape", "shape", "distance of the code's shape from the nearest place's"),
    Column("shape", "amplitude", "amplitude of the code over behaviour's"),
    Column("validity", "valid_fraction", "fraction of valid steps"),
)


def numbers_of(results: Results) -> list[Record]:
    """Tabulate the main measures of every family; a cell is mean, standard deviation and number of seeds."""
    found: list[Record] = []
    for family in FAMILIES:
        for column in COLUMNS:
            rows = list(_rows(results, family, column))
            if rows:
                begin, end = MEASURES[column.measure].horizon
                found.append({"family": family, **column._asdict(), "horizon": [begin, end], "rows": rows})
    return found


def write_numbers(path: Path, found: Sequence[Record]) -> None:
    """Write tables of numbers as one of comma-separated values, a line per cell."""
    keys = ("condition", "control", "phase", "reading")
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["measure", "variable", *keys, "window", "mean", "standard_deviation", "seeds"])
        for table in found:
            for row in table["rows"]:
                for window, cell in row["cells"].items():
                    numbers = ["" if value is None else f"{value:.6g}" for value in cell]
                    known = [row[key] or "" for key in keys]
                    lines.writerow([table["measure"], table["variable"], *known, window, *numbers])


def _rows(results: Results, family: str, column: Column) -> Iterator[Record]:
    """List a condition's phases, and the rests of controls in its place below them."""
    networks = results.get(f"{family}/{column.measure}")
    for condition in [] if networks is None else map(str, networks["condition"].values):
        for control in (None, *CONTROLS):
            key = f"{family}/{column.measure}" if control is None else f"controls/{control}/{family}/{column.measure}"
            dataset = results.get(key)
            if dataset is None or column.variable not in dataset or condition not in dataset["condition"].values:
                continue
            array = dataset[column.variable].sel(condition=condition)
            array = array.sel(reference=condition) if "reference" in array.dims else array
            shown = [str(phase) for phase in array["phase"].values if control is None or phase == "quiescent"]
            for phase in shown:
                for reading, cells in _readings(array.sel(phase=phase)).items():
                    row = {"condition": condition, "control": control, "phase": phase}
                    yield row | {"reading": reading, "cells": cells}


def _readings(array: xr.DataArray) -> dict[str, Cells]:
    """Tabulate every reading of a phase: one where they are all the same, as of behaviour, which has all steps."""
    which = READINGS if "reading" in array.dims else READINGS[:1]
    found = {reading: _cells(array.sel(reading=reading) if "reading" in array.dims else array) for reading in which}
    distinct = found if found[which[0]] != found[which[-1]] else {which[0]: found[which[0]]}
    return {reading: cells for reading, cells in distinct.items() if cells}


def _cells(array: xr.DataArray) -> Cells:
    if "window" not in array.dims:
        return {PAPER: cell} if (cell := _cell(array)) else {}
    windows = [window for window in (PAPER, *WINDOWS) if window in array["window"].values]
    cells = {window: cell for window in windows if (cell := _cell(array.sel(window=window)))}
    same = len(cells) > 1 and all(cell == cells.get(PAPER) for cell in cells.values())
    return {PAPER: cells[PAPER]} if same else cells


def _cell(array: xr.DataArray) -> list[float | None]:
    values = np.asarray(array.values, float).ravel()
    values = values[np.isfinite(values)]
    if not len(values):
        return []
    return [float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None, float(len(values))]
