"""Run folders: complete or untouched, and every fault named."""

import errno
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from checkpoint_like import arrays_of

from quiescent.config.load import load_config
from quiescent.errors import QuiescentError
from quiescent.machine.files import writing
from quiescent.runs.find import find_runs
from quiescent.runs.open import default_folder, open_runs, read_config, require_finished
from quiescent.runs.run import KEPT_CHECKPOINTS, Metrics, Run, runs_in
from quiescent.training.train import train

ARRAYS = {name: array.T.copy().T for name, array in arrays_of().items()}  # not contiguous, as views of a population


@pytest.mark.parametrize(
    ("failure", "error", "message"),
    [
        (OSError(errno.ENOSPC, "full"), QuiescentError, "^cannot write {path}: no space left on the device$"),
        (OSError(errno.EIO, "Input/output error"), QuiescentError, "^cannot write {path}: Input/output error$"),
        (KeyboardInterrupt(), KeyboardInterrupt, "^$"),
    ],
)
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, failure, error, message):
    path = tmp_path / "file"
    path.write_text("old")

    def fail():
        with writing(path) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(error, match=message.format(path=path)):
        fail()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "old"


def test_no_space_while_training_names_the_file_and_keeps_the_checkpoint_before(tiny, tmp_path, monkeypatch):
    config = tiny()

    def full(path, data):
        if "000000006" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        with path.open("wb") as file:
            return file.write(data)

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(QuiescentError, match=r"cannot write .*batch_000000006.safetensors: no space left"):
        train(config, tmp_path)
    monkeypatch.undo()
    (run,) = runs_in(tmp_path)
    assert run.batches_done() == 3
    train(config, tmp_path)
    assert run.finished()


def test_a_folder_that_cannot_be_made_is_named(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(QuiescentError, match=r"cannot write .*file/below/seed_0/config.yaml"):
        open_runs(tiny(), tmp_path / "file" / "below")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_no_space_for_the_test_log_is_one_line_that_names_it(tmp_path):
    (tmp_path / "metrics.jsonl").symlink_to("/dev/full")
    with pytest.raises(QuiescentError) as caught:
        Run(tmp_path).append_metrics(Metrics(0, 1.0, 1.0))
    assert str(caught.value) == f"cannot write {tmp_path}/metrics.jsonl: no space left on the device"


def test_a_missing_or_unfinished_run_is_named(tiny, tmp_path):
    with pytest.raises(QuiescentError, match=f"{tmp_path}/none is not a run"):
        read_config(Run(tmp_path / "none"))
    (run,) = open_runs(tiny(), tmp_path)
    with pytest.raises(QuiescentError, match=f"{run.folder} has no checkpoint yet"):
        run.load_checkpoint()
    with pytest.raises(QuiescentError, match=f"{run.folder} has no tests yet"):
        run.require_metrics()
    run.save_checkpoint(3, ARRAYS)
    with pytest.raises(QuiescentError, match=f"{run.folder} is not finished: 3 of 10 batches"):
        require_finished(run)


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_of_a_finished_run_whose_last_checkpoint_is_damaged_that_is_said(tiny, tmp_path, damage):
    (run,) = train(tiny(), tmp_path)
    path = run.checkpoints()[-1]
    path.write_bytes(path.read_bytes()[:-4] if damage is None else damage)
    with pytest.raises(QuiescentError, match=rf"is not finished: 9 of 10 batches. {path} is damaged. Give its"):
        require_finished(run)


def test_only_the_newest_checkpoints_are_kept_and_read_back(tmp_path):
    run = Run(tmp_path)
    for batch in (9, 10, 100):
        run.save_checkpoint(batch, ARRAYS)
    assert [path.stem for path in run.checkpoints()] == ["batch_000000010", "batch_000000100"]
    assert len(run.checkpoints()) == KEPT_CHECKPOINTS
    loaded = run.load_checkpoint()
    assert loaded.batch == 100
    assert all(np.array_equal(loaded.arrays[name], ARRAYS[name]) for name in ARRAYS)


def test_the_test_log_forgets_what_will_be_repeated_and_a_line_cut_short(tmp_path):
    run = Run(tmp_path)
    entries = [Metrics(batch, 1 / (batch + 1), 0.5) for batch in (0, 2, 4)]
    for entry in entries:
        run.append_metrics(entry)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"batch": 6, "lo')
    assert run.metrics() == entries
    run.truncate_metrics(2)
    assert run.metrics() == entries[:2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "config.yaml is not valid YAML"),
        ("words", "config.yaml must hold `key: value` lines"),
        ("training: {batches: many}", "config.yaml: training.batches must be a whole number >= 1, but is many"),
        ("training:", "config.yaml: training.batches must be a whole number >= 1, but is None"),
    ],
)
def test_a_damaged_configuration_is_one_error(tmp_path, text, message):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(QuiescentError, match=message):
        Run(tmp_path).finished()


def test_what_a_run_says_of_itself_is_what_its_checked_configuration_says(tiny, tmp_path):
    (run,) = open_runs(tiny("training.learning_rate=1e-5", "task.biased=true"), tmp_path)
    config = read_config(run)
    assert run.batches_wanted() == config.training.batches == 10
    assert run.settings() == yaml.safe_load(config.to_yaml())


def test_looking_at_runs_imports_neither_torch_nor_pydantic():
    script = "import sys, quiescent.runs.run; print([name for name in ('torch', 'pydantic') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"


def test_runs_come_in_the_order_of_their_seeds_and_keep_their_configuration(tiny, tmp_path):
    config = tiny("seed=10,2")
    open_runs(config, tmp_path)
    assert [run.folder.name for run in runs_in(tmp_path)] == ["seed_2", "seed_10"]
    assert [read_config(run) for run in runs_in(tmp_path)] == [config.members()[1], config.members()[0]]


def test_the_command_that_trains_what_is_missing_can_be_pasted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my rats.yaml").write_text("base: spatial_navigation/noisy_unbiased")
    with pytest.raises(QuiescentError) as caught:
        find_runs(["my rats.yaml", "network.units=8"])
    command = str(caught.value).partition("Train it: ")[2]
    assert shlex.split(command) == ["quiescent", "train", "my rats.yaml", "network.units=8"]


def test_runs_are_found_by_folder_or_by_configuration_and_seed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["network.units=16", "training.batches=3"]
    config = load_config("spatial_navigation/noisy_unbiased", "seed=0,1", *words)
    folder = default_folder(config)
    open_runs(config, folder)
    assert find_runs([str(folder)]) == runs_in(folder)
    named = find_runs(["spatial_navigation/noisy_unbiased", *words, "seed=1"])
    assert [run.folder.name for run in named] == ["seed_1"]
    assert find_runs([str(folder / "seed_0")]) == [Run(folder / "seed_0")]
    for missing, message in (
        ([str(folder), "seed=1,4"], "no run of seed 4 in"),
        (["spatial_navigation/noisy_biased"], "Train it: quiescent train spatial_navigation/noisy_biased"),
        (["seed=0"], "which runs"),
    ):
        with pytest.raises(QuiescentError, match=message):
            find_runs(missing)
