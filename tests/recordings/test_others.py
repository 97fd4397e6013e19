"""Files of other programs: NumPy, pose trackers, movement, RatInABox, NWB. Real ones where their package is here."""

import datetime
import fcntl
import pickle
import re
import sys

import h5py
import numpy as np
import pytest
import xarray as xr
from animals import RATE, table, walk

from quiescent.errors import QuiescentError
from quiescent.streams import stream
from quiescent.tasks import Recorded

TIMES, POINTS = walk(20)
TAIL = POINTS[:, ::-1]
SURE = np.where(np.arange(len(TIMES)) % 10 == 5, 0.3, 0.99)
SCALE = 0.002
PIXELS = {"fps": RATE, "unit": SCALE}


def trials(task):
    return task.sample(20, generator=stream(0, "training")).path


def assert_read(path, points=POINTS, atol=1e-6, **settings):
    """Compare trials with those of the path itself."""
    plain = path.with_name("plain.npz")
    np.savez(plain, t=TIMES, pos=points)
    task = Recorded(path=str(path), steps=20, **settings)
    np.testing.assert_allclose(trials(task), trials(Recorded(path=str(plain), steps=20)), atol=atol)
    return task.facts


def pose_columns(animals=("",), parts=("snout", "tail")):
    """Give the columns of a pose tracker: labels, and values in pixels."""
    tracks = {"snout": POINTS, "tail": TAIL}
    for animal in animals:
        for part in parts:
            for axis, values in zip(("x", "y", "likelihood"), (*(tracks[part] / SCALE).T, SURE), strict=True):
                yield (*filter(None, ("net", animal, part)), axis), values


def pose_csv(path, columns):
    labels, values = zip(*columns, strict=True)
    kinds = (
        ("scorer", "individuals", "bodyparts", "coords") if len(labels[0]) == 4 else ("scorer", "bodyparts", "coords")
    )
    above = [",".join([kind, *level]) for kind, level in zip(kinds, zip(*labels, strict=True), strict=True)]
    frames = [str(k) for k in range(len(TIMES))]
    table(path, [], frames, *values, above="\n".join(above) + "\n", digits=9)


def pose_h5(path, columns, kind="table"):
    """Store a table as pandas does through PyTables, which need not be installed: names are pickled attributes."""
    labels, values = zip(*columns, strict=True)
    with h5py.File(path, "w") as file:
        group = file.create_group("df_with_missing")
        if kind == "table":
            group.attrs["pandas_type"] = np.bytes_(b"frame_table")
            rows = np.empty(len(TIMES), [("index", "<i8"), ("values_block_0", "<f8", (len(values),))])
            rows["index"], rows["values_block_0"] = np.arange(len(TIMES)), np.stack(values, 1)
            stored = group.create_dataset("table", data=rows)
            stored.attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(list(labels), protocol=0))
            return
        group.attrs["pandas_type"] = np.bytes_(b"frame")
        group.attrs["nblocks"] = 1
        group["axis1"] = np.arange(len(TIMES))
        group["block0_values"] = np.stack(values, 1)
        for k, level in enumerate(zip(*labels, strict=True)):
            words = sorted(set(level))
            group[f"block0_items_level{k}"] = np.array(words, "S")
            group[f"block0_items_label{k}"] = np.array([words.index(word) for word in level], np.int8)


@pytest.mark.parametrize("kind", ["csv", "table", "fixed"])
@pytest.mark.parametrize("animals", [("",), ("one", "two")])
def test_a_pose_trackers_table_is_read_by_body_part(tmp_path, kind, animals):
    path = tmp_path / ("pose.csv" if kind == "csv" else "pose.h5")
    columns = list(pose_columns(animals))
    pose_csv(path, columns) if kind == "csv" else pose_h5(path, columns, kind)
    animal = "individuals=two," if len(animals) > 1 else ""
    assert_read(path, where=f"{animal}bodyparts=snout", **PIXELS)
    facts = assert_read(path, TAIL, where=f"{animal}bodypart=tail", **PIXELS)
    assert "'likelihood' below 0.9" in " ".join(facts.warned)
    few = assert_read(path, TAIL, atol=2e-3, where=f"{animal}bodypart=tail", likelihood=0.9, **PIXELS)
    assert few.dropped == {"of a likelihood below 0.9": len(TIMES) // 10}
    with pytest.raises(QuiescentError, match=r"told apart by '(individuals|bodyparts)' .* task.where"):
        Recorded(path=str(path), **PIXELS).facts  # noqa: B018
    with pytest.raises(QuiescentError, match=r"task.where=bodyparts=nose: no such one"):
        Recorded(path=str(path), where="bodyparts=nose", **PIXELS).facts  # noqa: B018


def test_a_lone_body_part_lacks_only_scale_and_rate_and_the_error_names_both(tmp_path):
    path = tmp_path / "pose.csv"
    pose_csv(path, pose_columns(parts=("snout",)))
    with pytest.raises(QuiescentError) as caught:
        Recorded(path=str(path)).facts  # noqa: B018
    for words in ("task.unit", "task.fps", "task.where=bodyparts=snout"):
        assert words in str(caught.value)
    assert "track: task.where=bodyparts=snout" in assert_read(path, **PIXELS).said


def test_names_in_a_table_that_would_run_something_are_refused(tmp_path):
    path = tmp_path / "pose.h5"
    pose_h5(path, pose_columns())
    with h5py.File(path, "r+") as file:
        code = b"cposix\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
        file["df_with_missing/table"].attrs["values_block_0_kind"] = np.bytes_(code)
    with pytest.raises(QuiescentError, match="which is not read"):
        Recorded(path=str(path), where="bodyparts=snout", **PIXELS).facts  # noqa: B018
    assert not (tmp_path / "ran").exists()


def test_sleap_and_movement_are_read_by_track_and_keypoint(tmp_path):
    both = np.stack([POINTS, TAIL]) / SCALE  # (keypoint, time, space)
    tracks = np.stack([np.moveaxis(both, (0, 1, 2), (1, 2, 0)), np.full((2, 2, len(TIMES)), np.nan)])
    with h5py.File(tmp_path / "analysis.h5", "w") as file:
        file["tracks"] = tracks
        file["node_names"], file["track_names"] = np.array([b"snout", b"tail"]), np.array([b"a", b"b"])
    assert_read(tmp_path / "analysis.h5", TAIL, where="track=a,node=tail", **PIXELS)
    dims = ("time", "space", "keypoints", "individuals")
    position = np.moveaxis(tracks, (0, 1, 2, 3), (3, 1, 2, 0))
    axes = {"time": TIMES, "space": ["x", "y"], "keypoints": ["snout", "tail"], "individuals": ["a", "b"]}
    dataset = xr.Dataset({"position": (dims, position)}, axes, {"fps": 30.0, "time_unit": "seconds"})
    dataset.to_netcdf(tmp_path / "movement.nc", engine="h5netcdf")
    assert_read(tmp_path / "movement.nc", TAIL, where="individual=a,keypoint=tail", unit=SCALE)
    one = dataset.isel(keypoints=0, individuals=0, drop=True)
    one.to_netcdf(tmp_path / "one.nc", engine="h5netcdf")
    assert_read(tmp_path / "one.nc", unit=SCALE)


def test_the_history_of_a_simulated_agent_is_read_as_it_is(tmp_path):
    ratinabox = pytest.importorskip("ratinabox")
    np.random.seed(0)  # noqa: NPY002 - it knows no other
    agent = ratinabox.Agent(ratinabox.Environment(), {"dt": 0.05})
    for _ in range(1200):
        agent.update()
    history = {key: np.array(value) for key, value in agent.history.items()}
    np.savez(tmp_path / "agent.npz", **history)
    facts = Recorded(path=str(tmp_path / "agent.npz")).facts
    assert facts.there == pytest.approx(1199 * 0.05, abs=0.01)
    np.testing.assert_allclose(facts.box, np.stack([history["pos"].min(0), history["pos"].max(0)], 1))
    heading = Recorded(path=str(tmp_path / "agent.npz"), columns={"heading": "head_direction"})
    assert heading.space.periodic
    with h5py.File(tmp_path / "agent.h5", "w") as file:
        for key in ("t", "pos", "vel"):
            file[key] = history[key]
    assert Recorded(path=str(tmp_path / "agent.h5")).facts.box == facts.box


@pytest.fixture
def nwb(tmp_path):
    """Write a session with two positions and a heading, as its own package does."""
    pynwb = pytest.importorskip("pynwb")
    from pynwb.behavior import CompassDirection, Position

    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    file = pynwb.NWBFile(session_description="a walk", identifier="1", session_start_time=start)
    position, compass = Position(name="Position"), CompassDirection(name="CompassDirection")
    shared = {"reference_frame": "a corner"}
    position.create_spatial_series("led", POINTS * 100, unit="cm", timestamps=TIMES, **shared)
    position.create_spatial_series("body", TAIL / SCALE, unit="meters", conversion=SCALE, rate=float(RATE), **shared)
    compass.create_spatial_series("head", np.degrees(TIMES % 6), unit="degrees", timestamps=TIMES, **shared)
    behavior = file.create_processing_module("behavior", "where it was")
    behavior.add(position)
    behavior.add(compass)
    with pynwb.NWBHDF5IO(tmp_path / "session.nwb", "w") as out:
        out.write(file)
    return tmp_path / "session.nwb"


def test_series_of_a_session_are_read_by_name_with_unit_conversion_and_rate(nwb):
    with pytest.raises(QuiescentError, match=r"told apart by 'series' \(led, body\); choose one with task.where"):
        Recorded(path=str(nwb)).facts  # noqa: B018
    assert_read(nwb, where="series=led")
    assert_read(nwb, TAIL, where="series=body")
    heading = Recorded(path=str(nwb), where="series=head", steps=20, augment=False)
    assert heading.space.periodic
    assert heading.sample(50, generator=stream(0, "training")).inputs.median() == pytest.approx(0.1, abs=1e-4)
    with pytest.raises(QuiescentError, match=re.escape("task.where=series=lid: no such series")):
        Recorded(path=str(nwb), where="series=lid").facts  # noqa: B018


def test_without_the_extra_the_error_says_what_to_install(monkeypatch, tmp_path):
    (tmp_path / "a.nwb").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pynwb", None)
    with pytest.raises(QuiescentError, match=re.escape("pip install 'quiescent[nwb]'")):
        Recorded(path=str(tmp_path / "a.nwb")).facts  # noqa: B018


@pytest.mark.parametrize("name", ["a.h5", "a.nc", "a.npz", "a.csv.gz", "a.nwb"])
def test_a_damaged_file_is_one_clear_error(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x1f\x8b broken")
    with pytest.raises(QuiescentError, match=r"cannot be read|is damaged") as caught:
        Recorded(path=str(tmp_path / name)).facts  # noqa: B018
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_are_opened_without_a_lock(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["t"], file["pos"] = TIMES, POINTS
    with (tmp_path / "a.h5").open("rb") as other:  # HDF5 asks for a lock in this way, which some disks refuse
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(OSError, match="lock"):
            h5py.File(tmp_path / "a.h5", "r", locking=True)
        assert_read(tmp_path / "a.h5")
