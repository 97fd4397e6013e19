"""A recording is read once on a machine: processes that work for another get what that has read."""

import sys

import numpy as np

from quiescent.config.load import load_config
from quiescent.machine.worker import Worker
from quiescent.recordings import load as module
from quiescent.recordings.load import handed_over
from quiescent.streams import stream


def sampled(caller, folder, words):
    """Sample trials of a recording in a worker, which must not read it; what `test_workers_...` has it call."""
    module.read_track = None
    trials = load_config("recorded/sargolini", *words).task.sample(50, generator=stream(0, "training"))
    np.save(f"{folder}/path.npy", trials.path.numpy())


def test_workers_have_what_their_parent_has_read_to_the_last_bit(tmp_path, monkeypatch):
    times = np.arange(0, 100, 0.1)
    np.savez(tmp_path / "rat.npz", t=times, pos=np.stack([np.sin(times), np.cos(0.3 * times)], axis=1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_KNOWN", {})
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    with handed_over() as nothing:
        assert nothing == []
    words = ["task.path=rat.npz", "task.arena=[[-1, 1], [-1, 1]]", "task.steps=20"]
    task = load_config("recorded/sargolini", *words).task
    expected = task.sample(50, generator=stream(0, "training")).path.numpy()
    with handed_over() as handed:
        worker = Worker(*handed)
        try:
            ended = worker.call(f"{__name__}:sampled", {"folder": str(tmp_path), "words": words}, title="sampling")
        finally:
            worker.close()
    assert ended.state == "done", ended
    np.testing.assert_array_equal(np.load(tmp_path / "path.npy"), expected)


def test_where_nothing_can_be_written_workers_read_for_themselves(monkeypatch):
    monkeypatch.setattr(module, "_KNOWN", {"a": "recording"})
    monkeypatch.setattr(module.tempfile, "TemporaryDirectory", lambda: open("/no/such/folder"))  # noqa: SIM115
    with handed_over() as handed:
        assert handed == []
