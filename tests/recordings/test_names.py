"""Names of columns: what is guessed is said, what could be either names the setting."""

import re

import numpy as np
import pytest
from animals import table, walk

from quiescent.errors import QuiescentError
from quiescent.recordings.names import meaning
from quiescent.tasks import Recorded

TIMES, POINTS = walk(20)
OTHER = np.full(len(TIMES), 0.25)


def facts(path, names, values, **settings):
    task = Recorded(path=table(path, names, *values), steps=50, **settings)
    return task.facts


@pytest.mark.parametrize(
    "names",
    [
        ("t", "x", "y"),
        ("timestamp", "pos_x", "pos_y"),
        ("Time (s)", "X center (m)", "Y center (m)"),
        ("seconds", "centroidX", "centroidY"),
        ("time_s", "x_m", "y_m"),
        ("Time", "Easting", "Northing"),
        ("y", "x", "t"),
    ],
)
def test_columns_are_known_by_their_names_in_any_order(tmp_path, names):
    columns = {"t": TIMES, "x": POINTS[:, 0], "y": POINTS[:, 1]}
    order = [{"y": "y", "x": "x", "t": "t"}[name] for name in names] if names[0] == "y" else ["t", "x", "y"]
    found = facts(tmp_path / "a.csv", names, [columns[name] for name in order])
    expected = [(POINTS[:, k].min(), POINTS[:, k].max()) for k in range(2)]
    np.testing.assert_allclose(found.box, expected, atol=1e-6)
    assert any(part.startswith("position:") for part in found.said)


@pytest.mark.parametrize(
    ("names", "setting"),
    [
        (("a", "x", "y"), "task.columns.time"),
        (("time", "timestamp", "x"), "task.columns.time"),
        (("time", "nose_x", "tail_x"), "task.columns.x"),
        (("time", "alpha", "beta"), "task.columns.x"),
        (("time", "lon", "lat"), "task.columns.x"),
        (("time", "angle", "heading"), "task.columns.heading"),
        (("time", "x_cm", "y_mm"), "task.unit"),
        (("time", "x_px", "y_px"), "task.unit"),
        (("frame", "x", "y"), "task.fps"),
    ],
)
def test_what_could_be_either_names_the_setting_and_the_columns(tmp_path, names, setting):
    with pytest.raises(QuiescentError, match=re.escape(setting)) as caught:
        facts(tmp_path / "a.csv", names, [TIMES, *POINTS.T])
    assert any(f"'{name}'" in str(caught.value) for name in names)
    assert "\n" not in str(caught.value)


def test_columns_that_are_no_coordinates_are_not_taken_for_some(tmp_path):
    for name in ("likelihood", "head_direction", "speed", "vx", "light"):
        found = facts(tmp_path / "a.csv", ("time", "x", name), [TIMES, POINTS[:, 0], OTHER])
        assert len(found.box) == 1
        assert name in " ".join([*found.said, *found.warned])


def test_columns_are_chosen_by_name_or_number(tmp_path):
    columns = [OTHER, POINTS[:, 0], POINTS[:, 1], TIMES]
    named = facts(tmp_path / "a.csv", ("a", "b", "c", "d"), columns, columns={"time": "d", "x": "b", "y": "c"})
    numbered = facts(tmp_path / "b.csv", (), columns, columns={"time": "4", "x": "2", "y": "3"})
    assert named.box == numbered.box
    with pytest.raises(QuiescentError, match=r"task.columns.x=e: .* no such column"):
        facts(tmp_path / "a.csv", ("a", "b", "c", "d"), columns, columns={"time": "d", "x": "e"})


def test_units_are_no_part_of_a_name_that_ends_alike():
    assert meaning("x_m") == ("x", "m", "")
    assert meaning("m").unit is None
    assert meaning("arm").role == "other"
    assert meaning("x") == ("x", None, "")
