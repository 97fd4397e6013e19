"""Tables of a measure's results: means over seeds in the shape that fits best, and a line for every curve or map."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import xarray as xr

from quiescent.terminal.layout import Table, lay_out
from quiescent.terminal.numbers import mean_and_spread, with_error

FEW = 6  # labels of a dimension of numbers that a table shows; a variable over more of them is a curve
READINGS = {"all": "all steps", "valid": "valid steps"}
NAMES = {"reading": "steps"}  # of columns, where a dimension goes by another name
NOTHING = "-"
LABELLED = ("condition", "seed", "phase", "reading", "window", "control")  # dimensions of tables, not of curves


class Cells(NamedTuple):
    """Means of quantities over the same dimensions, by one label of each axis in the order of `axes`."""

    axes: Mapping[str, Sequence[str]]  # "quantity" among them
    cells: Mapping[tuple[str, ...], str]


def result_tables(results: xr.Dataset, measure: str, width: int) -> list[Table]:
    """Make tables of a measure's numbers that suit a width (characters), and one that lists its curves and maps.

    Numbers are means over seeds with their standard deviation; those of a single seed come with their standard error
    over trials, where the measure has one.
    """
    names, about = _names_of_conditions([str(name) for name in results["condition"].values])
    seeds = results.sizes["seed"]
    spread = f"mean ± sd over {seeds} seeds" if seeds > 1 else "one seed ± its standard error"
    groups: dict[tuple[str, ...], list[str]] = {}
    curves = []
    for name in map(str, results.data_vars):
        if name.removesuffix("_stderr") != name and name.removesuffix("_stderr") in results:
            continue
        if _is_table(results[name]):
            groups.setdefault(tuple(sorted(map(str, results[name].dims))), []).append(name)
        else:
            curves.append(name)
    tables = [_shaped(results, group, names, width) for group in groups.values()]
    tables = [table for table in tables if table.rows]
    if curves:
        tables.append(_curves_table(results, curves))
    if not tables:
        return [
            Table([], [], keys=0, title=f"{measure}, {about}", caption="Nothing could be computed: every value is NaN.")
        ]
    first = f"{measure}, {spread}; {about}\n{tables[0].title}".strip()
    return [replace(tables[0], title=first), *tables[1:]]


def _is_table(array: xr.DataArray) -> bool:
    further = [dim for dim in array.dims if dim not in LABELLED]
    if len(further) > 1:
        return False
    return all(
        dim in array.coords and (array[dim].dtype.kind not in "iuf" or array.sizes[dim] <= FEW) for dim in further
    )


def _shaped(results: xr.Dataset, quantities: Sequence[str], names: Mapping[str, str], width: int) -> Table:
    """Choose which dimensions are columns and which are rows, so that a table takes the fewest lines."""
    cells = _cells(results, quantities, names)
    many = len(quantities) > 1
    movable = [axis for axis in cells.axes if axis not in ("condition", "phase", "quantity")]
    inside = [set(chosen) for number in (1, 0, 2) for chosen in itertools.combinations(reversed(movable), number)]
    shapes = [columns | {"quantity"} for columns in inside] + [columns for columns in inside if many and columns]
    tables = (_pivoted(cells, columns) for columns in [*shapes, *([set()] if many else [])])
    table = min(tables, key=lambda table: len(lay_out(table, width)))
    titles = {name: str(results[name].attrs.get("long_name", name)) for name in quantities}
    if not many:
        return replace(table, title=_with_unit(titles[quantities[0]], results[quantities[0]]))
    legend = [f"{name}: {title}" for name, title in titles.items() if title != name.replace("_", " ")]
    return replace(table, caption="\n".join(legend))


def _cells(results: xr.Dataset, quantities: Sequence[str], names: Mapping[str, str]) -> Cells:
    array = results[quantities[0]]
    order = [
        "condition",
        "phase",
        *(dim for dim in array.dims if dim not in ("condition", "phase", "reading", "seed")),
        "reading",
    ]
    dims = [str(dim) for dim in order if dim in array.dims]
    labels = {dim: [_label(dim, value, names) for value in results[dim].values] for dim in dims}
    single = {dim for dim in ("condition", "reference") if len(labels.get(dim, ())) == 1}  # they say nothing
    kept = [dim for dim in dims if dim not in single]
    cells = {}
    for name in quantities:
        quantity = _with_unit(name, results[name])
        values = results[name].transpose(*dims, "seed").values
        errors = results[f"{name}_stderr"].transpose(*dims, "seed").values if f"{name}_stderr" in results else None
        for place in np.ndindex(*values.shape[:-1]):
            at = dict(zip(dims, place, strict=True))
            cell = mean_and_spread(values[place])
            if errors is not None and values.shape[-1] == 1 and cell != NOTHING:
                cell = with_error(float(values[place][0]), float(errors[place][0]))
            cells[(quantity, *(labels[dim][at[dim]] for dim in kept))] = cell
    axes = {"quantity": [_with_unit(name, results[name]) for name in quantities]}
    return Cells(axes | {dim: labels[dim] for dim in kept}, cells)


def _pivoted(cells: Cells, across: set[str]) -> Table:
    """Make the axes in `across` columns and the others rows; rows and columns without a value are left out."""
    axes = list(cells.axes)
    order = [*(axis for axis in axes if axis == "condition"), *(axis for axis in axes if axis != "condition")]
    down = [axis for axis in order if axis not in across]
    columns = list(_places(cells, [axis for axis in axes if axis in across]))
    rows = list(_places(cells, down))

    def cell(row: dict[str, str], column: dict[str, str]) -> str:
        return cells.cells[tuple((row | column)[axis] for axis in axes)]

    columns = [column for column in columns if any(cell(row, column) != NOTHING for row in rows)]
    rows = [row for row in rows if any(cell(row, column) != NOTHING for column in columns)]
    many = len(cells.axes["quantity"]) > 1
    return Table(
        [*(NAMES.get(axis, axis) for axis in down), *(_heading(column, many) for column in columns)],
        [[*row.values(), *(cell(row, column) for column in columns)] for row in rows],
        keys=len(down),
    )


def _places(cells: Cells, axes: Sequence[str]) -> Iterator[dict[str, str]]:
    for labels in itertools.product(*(cells.axes[axis] for axis in axes)):
        yield dict(zip(axes, labels, strict=True))


def _label(dim: str, value: object, names: Mapping[str, str]) -> str:
    if dim == "condition":
        return names[str(value)]
    if dim == "reference":
        return f"vs {names.get(str(value), str(value))}"
    if dim == "reading":
        return READINGS.get(str(value), str(value))
    return f"{value:g}" if isinstance(value, float | int | np.number) else str(value)


def _heading(column: Mapping[str, str], many: bool) -> str:
    """Name a column by its labels; the only quantity of a table is in the title already."""
    labels = {axis: f"{label} {axis}" if label.isdigit() else label for axis, label in column.items()}
    if not many and len(labels) > 1:
        del labels["quantity"]
    return ", ".join(labels.values()) or "value"


def _with_unit(name: str, array: xr.DataArray) -> str:
    unit = array.attrs.get("unit")
    return f"{name} ({unit})" if unit else name


def _names_of_conditions(conditions: Sequence[str]) -> tuple[dict[str, str], str]:
    """Shorten names by the folder and the overrides that all share, and write these with a star for what is left."""
    if len(conditions) == 1:
        return {conditions[0]: conditions[0]}, conditions[0]
    folders, _, overrides = (set(parts) for parts in zip(*map(_split, conditions), strict=True))
    before = f"{folders.pop()}/" if len(folders) == 1 and "" not in folders else ""
    after = overrides.pop() if len(overrides) == 1 else ""
    names = {name: name.removeprefix(before).removesuffix(after) for name in conditions}
    return names, f"{before}*{after}" if before or after else f"{len(conditions)} conditions"


def _split(condition: str) -> tuple[str, str, str]:
    """Split a condition into its folder, its name, and its overrides with the plus sign before them."""
    name, plus, overrides = condition.partition("+")
    folder, _, last = name.rpartition("/")
    return folder, last, plus + overrides


def _curves_table(results: xr.Dataset, curves: Sequence[str]) -> Table:
    rows = []
    for name in curves:
        array = results[name]
        further = [str(dim) for dim in array.dims if dim not in LABELLED]
        rows.append([name, ", ".join(_extent(results, dim) for dim in further), _range(array)])
    return Table(["curve or map", "over", "values"], rows)


def _extent(results: xr.Dataset, dim: str) -> str:
    """Describe the values along a dimension: by the coordinate that lies along it alone, or else by their number."""
    for grid in results.coords.values():
        if set(grid.dims) - {"condition", "seed"} == {dim} and grid.dtype.kind in "iuf":
            return f"{dim} {_range(grid)}"
    return f"{dim} ({results.sizes[dim]})"


def _range(array: xr.DataArray) -> str:
    values = array.values[np.isfinite(array.values)]
    if not len(values):
        return "none"
    return f"{values.min():.3g} to {values.max():.3g} {array.attrs.get('unit', '')}".rstrip()
