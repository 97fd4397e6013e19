"""A stored result comes back as it was made, of what is there now, or it is made again."""

import hashlib
import io
import re
import shutil

import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.evaluation.run import measure_run, not_stored, stored
from quiescent.evaluation.stored import FORMAT, SEAL
from quiescent.evaluation.subject import Subject
from quiescent.quiescence.activity import Active, Rest
from quiescent.quiescence.rest_settings import RestSettings
from quiescent.runs.run import Run
from quiescent.studies.sweep.plan import asked, make_folders, make_plan
from quiescent.studies.sweep.results import gather
from quiescent.training.train import finish, train

FEW = {"active": Active(30), "quiescent": Rest(30, 30)}
MEASURES = {"order": FEW}
WORDS = ["network.units=12", "task.place_cells.number=12", "task.steps=8", "training.batches=2"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train and measure a network whose behaviour is recorded, and one of another seed to be compared with it."""
    folder = tmp_path_factory.mktemp("stored")
    write_recording(folder / "animal.csv", 0)
    path = f"task.path={folder / 'animal.csv'}"
    runs = train(load_config("recorded/sargolini", path, "seed=0,1", "training.batch_size=5", *WORDS), folder / "runs")
    measure_run(runs[0], MEASURES, {"own": runs[0]})
    return runs


def write_recording(path, seed):
    rng = np.random.default_rng(seed)
    places = np.clip(rng.normal(0, 0.05, (400, 2)).cumsum(0), -1, 1)
    rows = [f"{step / 10:.1f},{x:.4f},{y:.4f}" for step, (x, y) in enumerate(places)]
    path.write_text("\n".join(["t,x,y", *rows]))


def file_of(run):
    return run.folder / "measures" / "order.nc"


@pytest.fixture
def copied(trained, tmp_path):
    """Copy the folder of the network."""
    shutil.copytree(trained[0].folder, tmp_path / "copy")
    return Run(tmp_path / "copy")


def is_fresh(run):
    return not not_stored(run, MEASURES, {"own": run})


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_no_flipped_bit_comes_through(trained, place, bit):
    run = trained[0]
    whole = file_of(run).read_bytes()
    damaged = bytearray(whole)
    damaged[int(place * len(whole))] ^= 1 << bit
    file_of(run).write_bytes(damaged)
    try:
        assert stored(run, "order", FEW, {"own": run}) is None
    finally:
        file_of(run).write_bytes(whole)
    assert is_fresh(run)


@pytest.mark.parametrize("left", [0, 10, 1000, -1])
def test_a_file_that_was_cut_short_is_made_again(copied, left):
    peers = {"own": copied}
    expected = measure_run(copied, MEASURES, peers)["order"]
    file_of(copied).write_bytes(file_of(copied).read_bytes()[:left])
    assert stored(copied, "order", FEW, peers) is None
    xr.testing.assert_identical(measure_run(copied, MEASURES, peers)["order"], expected)
    xr.testing.assert_identical(stored(copied, "order", FEW, peers), expected)


def test_other_weights_other_settings_and_another_recording_make_it_stale(trained, copied):
    assert is_fresh(copied)
    checkpoint = copied.checkpoints()[-1]
    own = checkpoint.read_bytes()
    shutil.copy(trained[1].checkpoints()[-1], checkpoint)  # the same number of batches
    assert not is_fresh(copied)
    checkpoint.write_bytes(own)
    config = copied.folder / "config.yaml"
    settings = config.read_text()
    config.write_text(settings.replace("augment: true", "augment: false"))
    assert config.read_text() != settings
    assert not is_fresh(copied)
    config.write_text(settings)
    assert is_fresh(copied)
    recording = trained[0].folder.parent.parent / "animal.csv"
    write_recording(recording, 1)
    with pytest.raises(QuiescentError, match=r"animal\.csv: has changed since networks were trained on it"):
        is_fresh(copied)
    noted = re.compile("^  (checksum|absolute): .*\n", re.MULTILINE)
    config.write_text(noted.sub("", settings))  # as earlier versions wrote it
    assert not is_fresh(copied)
    write_recording(recording, 0)
    config.write_text(settings)
    assert is_fresh(copied)


def test_behaviour_that_it_was_compared_with_makes_it_stale(trained, copied):
    compared = {"kl": {"active": Active(30), "quiescent": Rest(30, 30)}}
    peers = {"own": copied, "other": trained[1]}
    measure_run(copied, compared, peers)
    assert not not_stored(copied, compared, peers)
    assert not_stored(copied, compared, {"own": copied, "other": trained[0]})


def test_a_file_that_cannot_be_read_is_an_error_and_not_made_again(copied, monkeypatch):
    file_of(copied).unlink()
    file_of(copied).mkdir()
    monkeypatch.setattr(Subject, "measure", lambda *_: pytest.fail("made again"))
    with pytest.raises(QuiescentError, match=r"cannot read .*order\.nc: Is a directory"):
        measure_run(copied, MEASURES, {"own": copied})


def odd(path, change):
    """Change the file of a result with HDF5's own tools, and seal it anew."""
    content = io.BytesIO(path.read_bytes()[:-SEAL])
    with h5py.File(content, "r+") as file:
        change(file)
    path.write_bytes(sealed(content.getvalue()))


def sealed(content):
    return content + hashlib.blake2b(content, digest_size=SEAL).digest()


def another_format(file):
    file.attrs["format"] = FORMAT + 1


def a_list_of_formats(file):
    file.attrs["format"] = [FORMAT, FORMAT]


def no_origin(file):
    del file.attrs["origin"]


@pytest.mark.parametrize("change", [another_format, a_list_of_formats, no_origin])
def test_a_file_that_tells_anything_else_is_made_again(copied, change):
    odd(file_of(copied), change)
    assert not is_fresh(copied)
    assert stored(copied, "order", FEW, {"own": copied}) is None


@pytest.mark.parametrize("content", [b"", b"no netCDF at all", b"\x89HDF\r\n\x1a\n" + bytes(2000)])
def test_sealed_bytes_that_are_no_netcdf_are_made_again(copied, content):
    file_of(copied).write_bytes(sealed(content))
    assert not is_fresh(copied)


def test_a_sealed_file_with_an_attribute_that_no_reader_understands_is_one_line_that_names_it(copied):
    def count_days(file):
        file["counted"].attrs["units"] = "days since nonsense"

    odd(file_of(copied), count_days)
    with pytest.raises(QuiescentError, match=r"order\.nc holds no result \(.*\)\. Remove it\.$"):
        stored(copied, "order", FEW, {"own": copied})


def test_a_sweep_takes_only_what_was_measured_as_it_asks(tmp_path):
    plan = make_plan(["spatial_navigation/noisy_unbiased", "training.batch_size=5", *WORDS], ["distance"], tmp_path)
    make_folders(plan)
    finish(plan.runs)
    (run,) = plan.runs
    wanted = asked(
        plan, run, load_config("spatial_navigation/noisy_unbiased", "training.batch_size=5", *WORDS), RestSettings()
    )
    few = {name: phase._replace(trials=30) for name, phase in wanted.measures["distance"].items()}
    measure_run(run, {"distance": few}, wanted.peers)  # as somebody did since
    assert "distance" not in gather(plan)
    measure_run(run, wanted.measures, wanted.peers)
    assert np.isfinite(gather(plan)["distance"]).any()
