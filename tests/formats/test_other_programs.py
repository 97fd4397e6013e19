"""Files as other programs open them: pynapple, pynwb, nwbinspector, pandas, RatInABox."""

import contextlib
import importlib.util
import io
import resource
from datetime import UTC, datetime

import matplotlib
import numpy as np
import pandas as pd
import pynapple as nap
import pytest
from made import BOX, CIRCLE
from nwbinspector import inspect_nwbfile
from pynwb import NWBHDF5IO
from test_labelled import seen

from quiescent.errors import QuiescentError
from quiescent.formats.npz import write_pynapple
from quiescent.formats.nwb import Session, write_nwb
from quiescent.formats.table import write_table

matplotlib.use("Agg")
SESSION = Session("a_network", "activity that was made up", datetime(2025, 1, 2, tzinfo=UTC))
SPACES = {"position": BOX, "heading": CIRCLE}
WRITERS = {
    "nwb": lambda path, phases: write_nwb(path, phases, SESSION),
    "pynapple": write_pynapple,
    "csv": write_table,
}


@pytest.fixture(params=SPACES)
def phases(request):
    space = SPACES[request.param]
    return {"wake": seen(space, steps=40, awake=True).to_xarray(), "rest": seen(space, steps=60).to_xarray()}


def require_equal(found, phases, *, last="states"):
    """Require that what pynapple holds is what was written, trial by trial."""
    variable = phases["wake"].attrs["variable"]
    names = {"decoded": f"decoded_{variable}", "truth": f"true_{variable}"}
    for phase, activity in phases.items():
        assert len(found[phase]) == activity.sizes["trial"]
        for name in activity.data_vars:
            for trial in range(activity.sizes["trial"]):
                part = found[names.get(name, name)].restrict(found[phase][trial])
                expected = activity[name].isel(trial=trial).values
                np.testing.assert_array_equal(np.reshape(part.values, expected.shape), expected)
                assert np.diff(part.t) == pytest.approx(0.02)
    return names


def test_pynapple_opens_files_without_pickles_and_finds_equal_numbers(phases, tmp_path):
    paths = write_pynapple(tmp_path, phases)
    for path in paths:
        with np.load(path, allow_pickle=False) as file:
            assert all(array.dtype != object for array in map(file.get, file.files))
    found = {path.stem: nap.load_file(path) for path in paths}
    names = require_equal(found, phases)
    if names["decoded"] == "decoded_position":
        assert list(found["decoded_position"].columns) == ["x", "y"]
    assert list(found["states"].columns) == [0, 1, 2, 3]


def test_nwb_passes_the_inspector_and_is_read_back_equal(phases, tmp_path):
    (path,) = write_nwb(tmp_path / "file.nwb", phases, SESSION)
    messages = list(inspect_nwbfile(nwbfile_path=path))
    assert not messages
    found = nap.load_file(path)
    names = require_equal(found, phases)
    assert list(found["trials"].phase) == ["wake"] * 3 + ["rest"] * 3
    with NWBHDF5IO(path, "r") as file:
        contents = file.read()
        (paths,) = contents.processing["behavior"].data_interfaces.values()
        series = paths[names["truth"]]
        assert series.unit == {"decoded_position": "meters", "decoded_heading": "radians"}[names["decoded"]]
        assert type(paths).__name__ == ("Position" if series.unit == "meters" else "CompassDirection")
        states = contents.acquisition["states"]
        assert (states.rate, states.timestamps, states.unit) == (50.0, None, "a.u.")
        assert states.data.compression == "gzip"


def test_one_activity_writes_itself(tmp_path):
    dream = seen(BOX, steps=30, trials=2)
    dream.to_nwb(tmp_path / "dream.nwb")
    dream.to_pynapple(tmp_path / "dream")
    assert not list(inspect_nwbfile(nwbfile_path=tmp_path / "dream.nwb"))
    found = {path.stem: nap.load_file(path) for path in (tmp_path / "dream").iterdir()}
    for read in (found, nap.load_file(tmp_path / "dream.nwb")):
        np.testing.assert_array_equal(read["decoded_position"].restrict(read["rest"][1]).values, dream.decoded[:, 1])


def test_states_of_some_steps_have_timestamps(tmp_path):
    whole = seen(BOX, steps=30)
    kept = np.array([2, 9, 10])
    some = whole._replace(states=whole.states[kept], kept=kept)
    some.to_nwb(tmp_path / "some.nwb")
    some.to_pynapple(tmp_path)
    for states in (nap.load_file(tmp_path / "some.nwb")["states"], nap.load_file(tmp_path / "states.npz")):
        np.testing.assert_allclose(states.t, np.ravel([0.02 * (30 * trial + kept) for trial in range(3)]))
        np.testing.assert_array_equal(states.values[3:6], whole.states[kept, 1])


def test_a_table_has_a_row_for_every_step_with_equal_numbers(phases, tmp_path):
    write_table(tmp_path / "paths.csv", phases)
    table = pd.read_csv(tmp_path / "paths.csv")
    assert len(table) == 3 * (40 + 60)
    np.testing.assert_allclose(table["time"], 0.02 * np.arange(len(table)), atol=1e-12)
    for phase, activity in phases.items():
        for trial in range(3):
            rows = table[(table["phase"] == phase) & (table["trial"] == trial)]
            for axis in activity["axis"].values:
                expected = activity.sel(axis=axis, trial=trial)
                np.testing.assert_array_equal(rows[axis].astype(np.float32), expected["decoded"])
                if phase == "wake":
                    np.testing.assert_array_equal(rows[f"true_{axis}"].astype(np.float32), expected["truth"])
                else:
                    assert rows[f"true_{axis}"].isna().all()
            np.testing.assert_array_equal(rows["valid"].astype(bool), activity["valid"].sel(trial=trial))


@contextlib.contextmanager
def room_for(size):
    """Let no file be larger for a while: the rest of it fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", WRITERS)
def test_a_full_disk_is_one_line_and_leaves_no_half_file(form, tmp_path):
    phases = {"rest": seen(BOX, steps=60, units=40).to_xarray()}
    with room_for(3000), pytest.raises(QuiescentError, match=r"^cannot write .*") as raised:
        WRITERS[form](tmp_path / form, phases)
    assert "\n" not in str(raised.value)
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or np.load(path), path  # pynapple's intervals fit


def test_a_missing_package_is_one_line_that_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(QuiescentError, match=r"needs the extra 'nwb': pip install 'quiescent\[nwb\]'"):
        seen(BOX).to_nwb(tmp_path / "dream.nwb")


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_ratinabox_animates_a_dream(space):
    from ratinabox import Agent, Environment

    dream = seen(space, steps=60)
    with contextlib.redirect_stdout(io.StringIO()):
        world = dream.to_ratinabox(trial=1)
        environment = Environment(world.environment)
        agent = Agent(environment, {"dt": dream.dt})
        assert world.history.keys() == agent.history.keys()
        agent.history, agent.t = world.history, world.history["t"][-1]
        figure, _ = agent.plot_trajectory(t_end=1.2)
        matplotlib.pyplot.close(figure)
    places = np.array(world.history["pos"])
    np.testing.assert_allclose(places + np.array(space.bounds)[:, 0], dream.decoded[:, 1], atol=1e-6)
    assert (places >= 0).all()
    assert (places.max(0) <= np.array(environment.extent)[1::2]).all()
    moved = space.difference(dream.decoded[1:, 1], dream.decoded[:-1, 1]) / dream.dt
    np.testing.assert_allclose(world.history["vel"][1:], moved, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(world.history["head_direction"], axis=1), 1)
    with pytest.raises(QuiescentError, match="trial=3: must be from 0 to 2"):
        dream.to_ratinabox(trial=3)


def test_an_agent_that_stands_still_looks_where_it_went_last():
    dream = seen(BOX, steps=6)
    dream.decoded[:, 0] = [[0, 0], [0, 0], [0, 1], [0, 1], [-1, 1], [-1, 1]]
    looks = dream.to_ratinabox().history["head_direction"]
    np.testing.assert_allclose(looks, [[0, 1], [0, 1], [0, 1], [0, 1], [-1, 0], [-1, 0]])
    dream.decoded[:] = 0.5
    np.testing.assert_allclose(dream.to_ratinabox().history["head_direction"], [[1, 0]] * 6)
