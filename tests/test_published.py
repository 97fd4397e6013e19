"""The table of what can be read in the paper: each number beside the right one of ours."""

import functools

import numpy as np
import paper_like
import pytest
import xarray as xr

from quiescent.studies.paper.ours import explained, highest_kl, in_training, turning, within
from quiescent.studies.paper.panels import PANELS
from quiescent.studies.paper.published import COLUMNS, READABLE, Axis, axis_of, numbers_of, published_table
from quiescent.studies.paper.source import HEADING, UNBIASED, Source
from quiescent.terminal.numbers import mean_and_spread

AS_READ = {"reading": "all", "window": "paper"}
HISTORIES = paper_like.histories()


@functools.cache
def results():
    return paper_like.results()


def source(form="as written", found=None):
    return Source(found or results(), HISTORIES, form)


def cells(table, what):
    (row,) = [row for row in table.rows if row[1].startswith(what)]
    return dict(zip(table.columns, row, strict=True))


def test_every_row_belongs_to_a_panel_and_has_a_number_of_ours():
    table = published_table(results(), HISTORIES)
    assert len(table.rows) == len(READABLE)
    assert {row.figure for row in READABLE} <= set(PANELS)
    assert all(row[table.columns.index("as written")] != "-" for row in table.rows)
    assert tuple(table.columns[3:]) == tuple(COLUMNS)
    assert len({(row[0], row[1]) for row in table.rows}) == len(table.rows)


@pytest.mark.parametrize(
    ("figure", "panel", "axis"),
    [
        ("fig1", "c", (0.4, 0.9)),
        ("fig2", "e", (0, 10)),
        ("fig2", "f", (0, 0.02)),
        ("figC4", "a", (0, 0.6)),
        ("figC4", "b", (0, 0.06)),
        ("figC5", "d", (-0.5, 0.5)),
        ("figC5", "f", (-0.2, 0.2)),
    ],
)
def test_axes_are_those_of_the_paper(figure, panel, axis):
    assert axis_of(figure, panel) == axis


def test_numbers_and_axes_are_told_apart():
    assert numbers_of("figC5", "e") == [0.0151]
    assert numbers_of("figC5", "d") == []
    assert (str(Axis(0, 0.02)), str(Axis(-10, 10))) == ("axis 0 to 0.02", "axis \N{PLUS-MINUS SIGN}10")
    table = published_table(results(), HISTORIES, "figC5")
    assert cells(table, "mean angular velocity, noisy unbiased")["published"] == "0.0005"


def test_each_column_holds_the_networks_of_its_form_as_mean_and_spread_over_seeds():
    variance = results()["spatial_navigation/variance"]["variance"].sel(phase="quiescent")
    row = cells(published_table(results(), HISTORIES, "fig2"), "total variance at rest, noisy biased")
    for form, suffix in (("as written", ""), ("as published", "_uniform"), ("with biases", "_bias")):
        values = variance.sel(condition=f"spatial_navigation/noisy_biased{suffix}").values
        assert row[form] == mean_and_spread(values)
    row = cells(published_table(results(), HISTORIES, "fig2"), "total variance at rest, noise-free biased")
    assert row["as published"] == row["as written"] != "-"  # networks without noise have no shape of noise
    assert row["with biases"] == "-"  # not planned


def test_noise_that_is_added_to_networks_trained_without_it_is_that_of_the_column():
    steps = results()["spatial_navigation/distance"]["distance"].sel(
        **AS_READ, condition="spatial_navigation/no-noise_biased"
    )
    row = cells(published_table(results(), HISTORIES, "figC4"), "step, noise-free biased, quiescent, with noise")
    for form, phase in (("as written", "noise_added"), ("as published", "uniform_added")):
        assert row[form] == mean_and_spread(steps.sel(phase=phase).values)
    assert row["as published"] != row["as written"]


def test_fewer_seeds_than_were_trained_are_marked():
    variance = results()["spatial_navigation/variance"].copy(deep=True)
    variance["variance"].loc[{"condition": "spatial_navigation/noisy_unbiased", "seed": 1}] = np.nan
    found = results() | {"spatial_navigation/variance": variance}
    table = published_table(found, HISTORIES, "fig2")
    assert cells(table, "total variance at rest, noisy unbiased")["as written"].endswith(" (1 of 2 seeds)")
    assert "of 2" not in cells(table, "total variance at rest, noisy biased")["as written"]


def test_tests_in_training_are_taken_after_the_start_and_at_the_end():
    logs = HISTORIES["spatial_navigation/noisy_unbiased"]
    np.testing.assert_allclose(in_training("loss", 0)(source(), UNBIASED), [log[1].loss for log in logs])
    np.testing.assert_allclose(in_training("error", -1)(source(), UNBIASED), [log[-1].error for log in logs])


def test_components_are_counted_from_one():
    curve = results()["spatial_navigation/dimensionality"]["explained"]
    own = curve.sel(condition="spatial_navigation/noisy_unbiased", **AS_READ, phase="active")
    np.testing.assert_allclose(explained(1, "active")(source(), UNBIASED), own.isel(component=0))
    np.testing.assert_allclose(explained(10, "active")(source(), UNBIASED), own.isel(component=9))


def test_the_highest_entry_of_the_matrix_is_that_of_the_means_over_seeds():
    kl = results()["spatial_navigation/kl"]["kl"]
    own = [name for name in kl["condition"].values if not name.endswith(("uniform", "bias", "tanh"))]
    noisy = [name for name in own if "no-noise" not in name]
    rest = kl.sel(condition=own, phase="quiescent", reference=own).mean("seed").max()
    beside = kl.sel(condition=noisy, phase=["uniform", "random"], reference=own).mean(["seed", "condition"]).max()
    assert highest_kl(source(), UNBIASED).mean() == pytest.approx(float(max(rest, beside)))


def _uniform_turns(widest):
    """Make turning of which every velocity up to `widest` (rad/step) is equally frequent, in 40 bins up to 0.4."""
    edges = np.linspace(-0.4, 0.4, 41) / 0.02  # rad/s
    inside = np.clip((np.minimum(edges[1:], widest / 0.02) - np.maximum(edges[:-1], -widest / 0.02)), 0, None)
    density = inside / np.diff(edges) / (2 * widest / 0.02)
    turning = results()["head_direction/turning"]
    histogram = xr.zeros_like(turning["histogram"].isel(bin=[0] * 40)) + xr.DataArray(density, dims="bin")
    middles = xr.zeros_like(turning["middle"].isel(bin=[0] * 40)) + xr.DataArray(
        (edges[1:] + edges[:-1]) / 2, dims="bin"
    )
    kept = turning.drop_vars(["histogram", "middle"])
    return kept.assign(histogram=histogram).assign_coords(middle=middles)


@pytest.mark.parametrize("limit", [0.05, 0.1, 0.127])
def test_the_fraction_of_steps_within_a_limit_is_exact_for_uniform_turns(limit):
    found = results() | {"head_direction/turning": _uniform_turns(0.2)}
    inside = within("quiescent", limit)(source(found=found), HEADING)
    np.testing.assert_allclose(inside, limit / 0.2, rtol=1e-6)


def test_the_step_distance_of_a_network_is_the_mean_of_its_paths():
    distance = results()["spatial_navigation/distance"]
    np.testing.assert_allclose(distance["per_path"].mean("trial"), distance["distance"], rtol=1e-6)


def test_velocities_are_per_step():
    velocity = results()["head_direction/turning"]["velocity"]
    own = velocity.sel(condition="head_direction/noisy_unbiased", **AS_READ, phase="quiescent")
    np.testing.assert_allclose(turning(source(), HEADING), 0.02 * own)


def test_nothing_measured_leaves_dashes():
    table = published_table({}, {})
    assert {cell for row in table.rows for cell in row[3:]} == {"-"}
