"""A recording is known by its content: changed, moved or missing, it is never quietly taken for another."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from quiescent.config.load import load_config
from quiescent.config.naming import label
from quiescent.errors import QuiescentError
from quiescent.evaluation.evaluate import measure
from quiescent.runs.identity import identity
from quiescent.runs.open import open_runs, read_config
from quiescent.runs.recordings import relocate
from quiescent.training.state import load_networks
from quiescent.training.train import train

SMALL = ("network.units=8", "task.place_cells.number=8", "task.steps=10", "training.batches=1", "training.batch_size=5")


def write_walk(path, seed=0):
    rng = np.random.default_rng(seed)
    np.savez(path, t=np.arange(0, 60, 0.1), pos=0.5 + 0.4 * np.sin(rng.normal(0, 0.2, (600, 2)).cumsum(0)))
    return path


def config_of(path):
    return load_config("recorded/sargolini", f"task.path={path}", *SMALL)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_walk("rat.npz")
    (run,) = train(config_of("rat.npz"), "runs", device="cpu")
    return run


def test_a_run_notes_what_it_was_made_from_and_its_name_says_nothing_of_it(run, tmp_path):
    task = read_config(run).task
    assert re.fullmatch("[0-9a-f]{32}", task.checksum)
    assert task.absolute == str(tmp_path / "rat.npz")
    assert label(read_config(run)) == label(config_of("rat.npz"))
    assert open_runs(config_of("rat.npz"), run.folder.parent) == [run]


def test_a_file_that_changed_is_an_error_with_both_checksums_whoever_asks(run):
    before = read_config(run).task.checksum
    write_walk("rat.npz", seed=1)
    with pytest.raises(QuiescentError, match=rf"^task.path=rat.npz: has changed .* is [0-9a-f]{{32}}, .* {before}\. "):
        measure("occupancy", [run], device="cpu")
    with pytest.raises(QuiescentError, match=rf"another configuration \(task.checksum: {before} -> [0-9a-f]{{32}}\)"):
        train(config_of("rat.npz"), "runs", device="cpu")


def test_from_another_folder_it_is_found_where_it_lay(run, tmp_path, monkeypatch):
    run = type(run)(run.folder.absolute())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    first = measure("occupancy", [run], device="cpu")
    write_walk("rat.npz", seed=1)  # another animal's, which has the name
    assert measure("occupancy", [run], device="cpu").equals(first)


def test_a_moved_file_is_accepted_if_its_content_is_the_same(run):
    measure("occupancy", [run], device="cpu")
    known, before = read_config(run).task.checksum, identity(run)
    shutil.move("rat.npz", "moved.npz")
    with pytest.raises(QuiescentError, match=rf"is not there, nor is .*rat.npz\. .*{known}\. If it was moved: "):
        measure("occupancy", [run], device="cpu")
    write_walk("other.npz", seed=1)
    with pytest.raises(QuiescentError, match=rf"^--relocate other.npz: its checksum .* Their recordings have {known}"):
        relocate([run], Path("other.npz"))
    with pytest.raises(QuiescentError, match=r"or if the file was moved: quiescent runs runs --relocate moved.npz\.$"):
        train(config_of("moved.npz"), "runs", device="cpu")
    assert relocate([run], Path("moved.npz")) == [run]
    assert identity(run) == before  # what is stored stays new
    assert train(config_of("moved.npz"), "runs", device="cpu") == [run]


def test_cells_of_a_version_that_counted_all_positions_from_0_are_an_error_that_says_so(run):
    batch, arrays, path = run.load_checkpoint()
    run.save_checkpoint(batch, arrays | {"cells": arrays["cells"] + np.float32(4e6)})
    with pytest.raises(QuiescentError, match=rf"^{path}: its cells lie far from the box .*: train the network anew\.$"):
        load_networks([run])
    run.save_checkpoint(batch, arrays)
    load_networks([run])


def test_runs_that_noted_nothing_are_read_as_before(run):
    path = run.folder / "config.yaml"
    kept = [line for line in path.read_text().splitlines(keepends=True) if "checksum" not in line]
    path.write_text("".join(line for line in kept if "absolute" not in line))
    measure("occupancy", [run], device="cpu")
    assert open_runs(config_of("rat.npz"), run.folder.parent) == [run]
    with pytest.raises(QuiescentError, match="None notes a recording's checksum"):
        relocate([run], Path("rat.npz"))
