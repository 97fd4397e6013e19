"""Apply a measure to a network's phases: loop over them, resolve units, add errors, check that all came back."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from quiescent.measures.measure import AXES, Activities, Known, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.spaces import Space
from quiescent.statistics import Estimate, bootstrap_error, mean

LEAST_TRIALS = 20  # with a valid code: what fewer of them do says nothing about a network
LEAST_VALID = 0.05  # of all steps: white noise through a read-out is valid by chance in up to 0.03 of them
Rows = dict[str, dict[str, Any]]  # by phase, then by variable
RowStreams = Callable[[str], np.random.Generator]  # opens the random stream of a row by its name


def apply(
    measure: Measure[Known], phases: Activities, streams: RowStreams, references: Activities | None = None
) -> xr.Dataset:
    """Compute a measure from the activity in every phase, all steps of each.

    Returns the declared quantities with their units: those of every phase with the dimension `phase` in front.
    """
    known = learn(measure, phases, references or {})
    return as_dataset(measure, rows_of(measure, phases, known, streams), next(iter(phases.values())).space)


def learn(measure: Measure[Known], phases: Activities, references: Activities) -> Known:
    """Compute what all phases need of behaviour, once."""
    return measure.learn(phases, references) if measure.compare else measure.learn(phases)


def rows_of(measure: Measure[Known], phases: Activities, known: Known, streams: RowStreams) -> Rows:
    """Compute the quantities of every phase, and of the rows beside them."""
    rows: Rows = {}
    left_out = measure.aside if measure.awake else ("active", *measure.aside)
    for name, activity in phases.items():
        if name not in left_out:
            rng = streams(name)
            rows[name] = _with_errors(measure, measure.of(activity, known, rng), rng)
    for name, row in measure.beside.items():
        rng = streams(name)
        rows[name] = _with_errors(measure, row(known, rng), rng)
    return rows


def counted(activity: Activity) -> int:
    """Count the trials of which two steps or more count."""
    return int((np.isfinite(activity.decoded).all(-1).sum(0) >= 2).sum())


def tells_enough(activity: Activity) -> bool:
    """Tell whether enough trials, and enough of all steps, count: a code that is valid by chance tells nothing."""
    valid = float(np.isfinite(activity.decoded).all(-1).mean())
    return counted(activity) >= LEAST_TRIALS and valid >= LEAST_VALID


def blanked(measure: Measure[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Replace all quantities of a phase by NaN, but for those that are the same in every phase."""
    same = {variable for name, quantity in measure.quantities.items() for variable, _ in _variables(name, quantity)}
    same &= {name for name, quantity in measure.quantities.items() if quantity.once or quantity.grid}
    return {name: value if name in same else np.full(np.shape(value), np.nan) for name, value in row.items()}


def as_dataset(measure: Measure[Any], rows: Mapping[str, Mapping[str, Any]], space: Space) -> xr.Dataset:
    """Label the quantities of every row, with their units in the units of a space."""
    variables, grids = {}, []
    for name, quantity in measure.quantities.items():
        once = quantity.once or quantity.grid
        dims = [axis for dim in quantity.dims for axis in (space.axes if dim == AXES else (dim,))]
        for variable, title in _variables(name, quantity):
            values = [row[variable] for row in rows.values()]
            if not values and (once or dims):
                continue  # no phase is meant for this network
            attrs = {"unit": unit_of(quantity.unit, space), "long_name": title}
            value = np.asarray(values[0] if once else values)
            variables[variable] = (dims if once else ["phase", *dims], value, attrs)
        if quantity.grid:
            grids.append(name)
    dataset = xr.Dataset(variables, coords={"phase": list(rows)})
    return dataset.set_coords([name for name in grids if name in dataset])


def unit_of(kind: str, space: Space) -> str:
    """Spell a unit in the units of a space.

    Examples
    --------
    >>> from quiescent.spaces import Box
    >>> unit_of("length^2/s", Box(((0.0, 1.0),))), unit_of("1/volume", Box(((0.0, 1.0), (0.0, 1.0))))
    ('m^2/s', '1/m^2')
    """
    if kind == "spread":
        return space.spread_unit
    if kind == "1/volume":
        return f"1/{space.unit}" + (f"^{len(space.bounds)}" if len(space.bounds) > 1 else "")
    return kind.replace("length", space.unit)


def _variables(name: str, quantity: Quantity) -> list[tuple[str, str]]:
    error = [(f"{name}_stderr", f"standard error of the {quantity.title}")] if quantity.error else []
    return [(name, quantity.title), *error]


def _with_errors(measure: Measure[Any], values: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Replace values per trial by their mean, and add errors. Raises `ValueError` unless all quantities are there."""
    if set(values) != set(measure.quantities):
        different = ", ".join(sorted(set(values) ^ set(measure.quantities)))
        raise ValueError(f"a measure must return the quantities that it declares; these differ: {different}")
    plain: dict[str, Any] = {}
    for name, quantity in measure.quantities.items():
        value: Any = values[name]
        error: Any = np.nan
        if isinstance(value, PerTrial):
            table = value.values.reshape(-1, value.values.shape[-1])
            shape = value.values.shape[:-1]
            if quantity.error:
                error = np.reshape([bootstrap_error(row, rng) for row in table], shape)
            value = np.reshape([mean(row) for row in table], shape)
        elif isinstance(value, Estimate):
            value, error = value
        plain[name] = value
        if quantity.error:
            plain[f"{name}_stderr"] = error
    return plain
