"""`quiescent inspect` and what `train` says: what was read, for people; runs of earlier versions keep their names."""

import base64
from pathlib import Path

import numpy as np
import pytest
from animals import table, walk

import quiescent as q
from quiescent.config.load import load_config, parse
from quiescent.config.naming import label
from quiescent.page.describe import _task
from quiescent.spaces import from_text
from quiescent.tasks import Recorded

TIMES, POINTS = walk(60)
TINY = ["network.units=8", "task.steps=8", "training.batches=2", "training.batch_size=4", "task.place_cells.number=12"]


@pytest.mark.parametrize("kind", ["plane", "line", "circle"])
def test_inspect_says_six_lines_and_draws_one_picture_beside_the_file(quiescent, kind):
    points = {"plane": POINTS, "line": POINTS[:, :1], "circle": np.degrees(TIMES % 6)[:, None]}[kind]
    names = {"plane": ["time", "x", "y"], "line": ["time", "position"], "circle": ["time", "heading"]}[kind]
    Path("data").mkdir()
    table(Path("data/a.csv"), names, TIMES, *points.T)
    code, out, err = quiescent("inspect", "data/a.csv")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    said = [line.split()[0] for line in lines]
    assert said == ["data/a.csv", "read", "used", "box", "speed", "dropped", "trials", "picture"]
    assert Path("data/a.csv.png").read_bytes().startswith(b"\x89PNG")


def test_inspect_goes_on_where_nothing_may_be_written_beside_the_file(quiescent, monkeypatch):
    table(Path("a.csv"), ["time", "x", "y"], TIMES, *POINTS.T)
    Path("data").mkdir()
    Path("a.csv").rename("data/a.csv")
    Path("data/a.csv.png").mkdir()  # in the way
    code, out, _ = quiescent("inspect", "data/a.csv")
    assert (code, out.splitlines()[-1].split()) == (0, ["picture", "a.csv.png"])


def test_mistakes_are_one_line_and_exit_code_2(quiescent):
    table(Path("a.csv"), ["frame", "x_px", "y_px"], TIMES * 30, *POINTS.T)
    for words, message in (
        (("a.csv",), "task.unit"),
        (("none.csv",), "task.path=none.csv: cannot be read"),
        (("a.csv", "task.feet=1"), "unknown key 'task.feet'"),
    ):
        code, out, err = quiescent("inspect", *words)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert message in err
    code, out, _ = quiescent("inspect", "a.csv", "task.unit=1", "task.fps=30")
    assert code == 0


def test_train_says_what_it_reads_and_warns(quiescent):
    table(Path("a.csv"), ["time", "x", "y"], TIMES, *(100 * POINTS).T)
    code, out, _ = quiescent("train", "recorded/sargolini", "task.path=a.csv", *TINY)
    assert code == 0
    assert out.startswith("a.csv: 60 s of 60 s used, box 90 x 90 m")
    assert "task.unit" in out


def test_settings_that_came_later_change_neither_names_nor_checksums_of_earlier_runs():
    config = load_config("recorded/sargolini", "task.path=a.csv", "seed=0")
    text = config.to_yaml()
    assert not any(f"{name}:" in text for name in {*Recorded.later} - {"held_out"})  # which its file asks for
    assert label(config) == "sargolini+task.path=a.csv".replace("sargolini", "recorded/sargolini", 1)
    words = ("task.columns.x=a b", "task.unit=cm", "task.where=animal=2", "task.hd_cells.number=64", "task.period=3")
    changed = load_config("recorded/sargolini", "task.path=a.csv", *words)
    assert parse(changed.to_yaml(), "test") == changed
    assert changed.task.columns.x == "a b"
    assert "task.columns.x=a_b" in label(load_config("recorded/sargolini", "task.path=a.csv", words[0]))


def test_recordings_are_measured_together_each_with_its_own_box_and_times(tmp_path):
    runs = []
    for k, dt in enumerate((0.1, 0.05)):
        path = table(tmp_path / f"{k}.csv", ["time", "x", "y"], TIMES, *((k + 1) * POINTS).T)
        words = [f"task.path={path}", f"task.dt={dt}", *TINY]
        runs += q.train(load_config("recorded/sargolini", *words), tmp_path / "runs" / str(k))
    result = q.measure("occupancy", runs)
    assert result["dt"].values.tolist() == [0.1, 0.05]
    for condition, box in zip(result["condition"], (0.9, 1.8), strict=True):
        (low, high), _ = from_text(str(result["space"].sel(condition=condition).item())).bounds
        assert high - low == pytest.approx(box, rel=0.01)
        extent = result["extent"].sel(condition=condition).squeeze().values
        assert np.ptp(extent[0]) == pytest.approx(box * 1.25 / 1.1, rel=0.01)


def test_paths_on_a_circle_travel_to_the_page_without_a_seam(tmp_path):
    np.savez(tmp_path / "a.npz", t=TIMES, pos=(0.5 * TIMES) % 3)
    task = Recorded(path=str(tmp_path / "a.npz"), period=3.0, steps=50)
    sent = _task(task, 0)["paths"]
    paths = np.frombuffer(base64.b64decode(sent["data"]), "<f4").reshape(sent["shape"])
    assert np.abs(np.diff(paths, axis=0)).max() < 0.2  # rad; over the seam it would be nearly a full turn
