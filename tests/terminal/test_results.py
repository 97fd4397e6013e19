"""Results in tables: whole and full at any width, with numbers as people read them."""

import math
import re

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given
from hypothesis import strategies as st
from printing import WIDTHS, printed, require_whole
from rich.cells import cell_len

from quiescent.measures import MEASURES
from quiescent.spaces import Box, Circle, Track
from quiescent.terminal.numbers import mean_and_spread, ranges, rms_error, with_error
from quiescent.terminal.results import result_tables


def dataset(measure, conditions, seeds, rng):
    """A result as `quiescent.measure` returns it, of random numbers."""
    sizes = {"time": 30, "lag": 12, "component": 10, "components": 4, "x": 7, "y": 7, "reference": len(conditions)}
    space = measure.space or Box
    axes = {Box: ("x", "y"), Track: ("x", "y"), Circle: ("heading",)}[space]
    phases = [name for name in measure.phases if measure.awake or name != "active"] + list(measure.beside)
    frame = {"condition": conditions, "seed": list(range(seeds)), "phase": phases}
    if measure.readings:
        frame["reading"] = ["all", "valid"]
    variables, coords = {}, dict(frame)
    for name, quantity in measure.quantities.items():
        dims = [axis for dim in quantity.dims for axis in (axes if dim.startswith("*") else (dim,))]
        inner = [
            "condition",
            "seed",
            *([] if quantity.once or quantity.grid else [dim for dim in frame if dim not in ("condition", "seed")]),
            *dims,
        ]
        shape = [len(frame[dim]) if dim in frame else sizes.get(dim, 5) for dim in inner]
        if (name,) == tuple(quantity.dims):
            coords[name] = conditions if name == "reference" else np.arange(1, sizes.get(name, 5) + 1)
            continue
        attrs = {"unit": quantity.unit.replace("length", space.unit), "long_name": quantity.title}
        values = rng.lognormal(-3, 2, shape)
        if quantity.grid:
            coords[name] = (inner, values, attrs)
            continue
        variables[name] = (inner, values, attrs)
        if quantity.error:
            variables[f"{name}_stderr"] = (inner, values / 30, attrs)
    return xr.Dataset(variables, coords=coords)


OVERRIDES = "+network.units=32,task.place_cells.number=32,training.batches=40"
CONDITIONS = (
    ["spatial_navigation/noisy_unbiased"],
    ["spatial_navigation/noisy_unbiased", "spatial_navigation/no-noise_unbiased"],
    [f"spatial_navigation/noisy_unbiased{OVERRIDES}", f"head_direction/noisy_biased{OVERRIDES}", "runs/[my] own"],
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", MEASURES)
def test_tables_of_every_measure_are_whole_and_full(name, width):
    for seeds, conditions in zip((1, 3, 2), CONDITIONS, strict=True):
        result = dataset(MEASURES[name], conditions, seeds, np.random.default_rng(0))
        shown = result_tables(result, name, width)
        text = printed(*shown, width=width)
        for table in shown:
            require_whole(table, width)
            assert table.rows
        quantities = [str(quantity) for quantity in result.data_vars if not str(quantity).endswith("_stderr")]
        titles = [str(result[quantity].attrs["long_name"]) for quantity in quantities]
        words = text.split()
        for quantity, title in zip(quantities, titles, strict=True):
            assert any(word.startswith(quantity) for word in words) or set(title.split()) <= set(words)
        if width == 80 and len(conditions) < 3:
            assert max(map(cell_len, text.splitlines())) <= 80


def scalar(values, **attrs):
    coords = {"condition": ["a/noisy", "a/free"], "seed": [0, 1], "phase": ["active", "quiescent", "random"]}
    array = xr.DataArray(values, coords=coords, dims=list(coords), attrs=attrs)
    return xr.Dataset({"variance": array})


def test_a_result_shows_means_over_seeds_in_their_unit_and_leaves_out_what_is_missing():
    values = np.arange(12.0).reshape(2, 2, 3)
    values[:, :, 2] = np.nan
    values[1, 1, 1] = np.nan
    (table,) = result_tables(scalar(values, unit="m^2", long_name="variance of a path"), "variance", 80)
    assert table.title == "variance, mean ± sd over 2 seeds; a/*\nvariance of a path (m^2)"
    assert [list(row) for row in table.rows] == [
        ["noisy", "active", "1.5 ± 2.1"],
        ["noisy", "quiescent", "2.5 ± 2.1"],
        ["free", "active", "7.5 ± 2.1"],
        ["free", "quiescent", "7"],
    ]


def test_a_result_without_any_number_says_so():
    (table,) = result_tables(scalar(np.full((2, 2, 3), np.nan)), "variance", 80)
    assert "every value is NaN" in printed(table, width=80)


def test_a_curve_is_a_line_that_tells_what_it_is_over_and_its_range():
    lags = ("lag", [0.1, 0.2, 5.0], {"unit": "s"})
    msd = (("condition", "seed", "lag"), [[[0.01, 0.5, np.nan]]], {"unit": "m^2"})
    result = xr.Dataset({"msd": msd}, coords={"condition": ["noisy"], "seed": [0], "lags": lags})
    (table,) = result_tables(result, "displacement", 80)
    assert table.rows == [["msd", "lag 0.1 to 5 s", "0.01 to 0.5 m^2"]]


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=5))
@example([1.1754943508222875e-38, 1.175494351e-38])
def test_means_and_spreads_read_back_within_the_digits_of_the_spread(values):
    text = mean_and_spread(values)
    match = re.fullmatch(r"\(?(-?[\d.e+-]+) ± ([\d.e+-]+?)\)?(e[+-]\d+)?", text)
    power = float(f"1{match[3] or ''}")
    mean, spread = (float(number) * power for number in match.groups()[:2])
    true_mean, true_spread = float(np.mean(values)), float(np.std(values, ddof=1))
    assert abs(spread - true_spread) <= 0.06 * true_spread + 1e-11 * abs(true_mean)
    assert abs(mean - true_mean) <= 0.06 * true_spread + 1e-2 * abs(true_mean) * (spread == 0) + 1e-5 * abs(true_mean)


def test_numbers_are_written_as_people_read_them():
    assert mean_and_spread([]) == mean_and_spread([math.nan]) == "-"
    assert mean_and_spread([0.123456, math.nan]) == "0.123"
    assert mean_and_spread([0.3, 0.1 + 0.2]) == "0.3 ± 0"
    assert with_error(2.0, math.nan) == "2"
    assert rms_error(0.04, Box(((0.0, 1.0),))) == "20 cm"
    assert rms_error(math.pi**2, Circle()) == "1.8e+02 deg"


@given(st.lists(st.integers(0, 300), max_size=20))
def test_ranges_of_seeds_hold_every_seed_once(seeds):
    pieces = [piece for piece in ranges(seeds).split(",") if piece]
    ends = [tuple(map(int, piece.split(".."))) for piece in pieces]
    assert [seed for first, *last in ends for seed in range(first, (last or [first])[0] + 1)] == sorted(set(seeds))
