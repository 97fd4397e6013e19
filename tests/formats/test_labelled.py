"""Labelled activity: named dimensions, units, coordinates; and one axis of time for all trials."""

import numpy as np
import pytest
import xarray as xr
from made import BOX, CIRCLE, activity

from quiescent.formats.timeline import intervals_of, series_of
from quiescent.quiescence.activity import Quality

RNG = np.random.default_rng(0)


def seen(space, *, steps=6, trials=3, units=4, awake=False):
    """Make an activity of noise with everything that is ever kept."""
    low, high = np.array(space.bounds).T
    paths = RNG.uniform(low, high, (steps, trials, len(low))).astype(np.float32)
    states = RNG.normal(size=(steps, trials, units)).astype(np.float32)
    quality = Quality(*RNG.uniform(size=(2, steps, trials)).astype(np.float32))
    valid = quality.shape < 0.5
    made = activity(paths, space=space, states=states)
    return made._replace(truth=paths[::-1].copy() if awake else None, quality=quality, valid=valid)


@pytest.mark.parametrize(("space", "unit", "axes"), [(BOX, "m", ["x", "y"]), (CIRCLE, "rad", ["heading"])])
def test_arrays_have_named_dimensions_units_and_coordinates(space, unit, axes, tmp_path):
    wake = seen(space, awake=True)
    table = wake.to_xarray()
    assert table["decoded"].dims == table["truth"].dims == ("time", "trial", "axis")
    assert table["states"].dims == ("time", "trial", "unit")
    assert table["decoded"].attrs["units"] == table["truth"].attrs["units"] == unit
    assert all({"units", "long_name"} <= table[name].attrs.keys() for name in table.data_vars)
    assert list(table["axis"].values) == axes
    np.testing.assert_allclose(table["time"], wake.dt * np.arange(1, 7))
    table.to_netcdf(tmp_path / "table.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "table.nc", engine="h5netcdf") as again:
        xr.testing.assert_identical(again.load(), table)
    assert set(seen(space).to_xarray().data_vars) == set(table.data_vars) - {"truth"}
    assert set(activity(wake.decoded, space=space).to_xarray().data_vars) == {"decoded"}


def test_headings_lie_between_minus_pi_and_pi_and_those_that_did_are_untouched():
    headings = np.array([-3.2, -1.1, 0.1, 3.1, np.pi, -np.pi, 3.2, 40.0], np.float32).reshape(-1, 1, 1)
    wrapped = activity(headings).to_xarray()["decoded"].values
    assert (np.abs(wrapped) <= np.pi).all()
    np.testing.assert_allclose(np.exp(1j * wrapped), np.exp(1j * headings), atol=1e-5)
    np.testing.assert_array_equal(wrapped[1:6], headings[1:6])


def test_states_of_some_steps_have_times_of_their_own():
    whole = seen(BOX)
    kept = np.array([1, 4])
    some = whole._replace(states=whole.states[kept], kept=kept).to_xarray()
    assert some["states"].dims == ("kept", "trial", "unit")
    np.testing.assert_array_equal(some["kept"], some["time"][kept])
    every = whole._replace(kept=np.arange(6)).to_xarray()
    xr.testing.assert_identical(every, whole.to_xarray())
    (states,) = [series for series in series_of({"rest": some}) if series.name == "states"]
    np.testing.assert_array_equal(states.steps, [1, 4, 7, 10, 13, 16])
    np.testing.assert_array_equal(states.values[2:4], whole.states[kept, 1])


def test_trials_lie_end_to_end_and_do_not_touch():
    phases = {"wake": seen(BOX, steps=5, awake=True).to_xarray(), "rest": seen(BOX, steps=8, trials=2).to_xarray()}
    trials = intervals_of(phases)
    assert trials.phases == ("wake",) * 3 + ("rest",) * 2
    np.testing.assert_array_equal(trials.trials, [0, 1, 2, 0, 1])
    assert (trials.ends[:-1] < trials.starts[1:]).all()
    for series in series_of(phases):
        assert (np.diff(series.steps) == 1).all()
        times, own = series.steps * 0.02, trials.of(*series.phases)
        within = [(start - 1e-9 <= times) & (times <= end) for start, end in zip(own.starts, own.ends, strict=True)]
        np.testing.assert_array_equal(np.sum(within, axis=0), 1)
        if series.name == "states":
            np.testing.assert_array_equal(series.values[within[1]], phases["wake"]["states"].isel(trial=1))
            np.testing.assert_array_equal(series.values[within[4]], phases["rest"]["states"].isel(trial=1))
