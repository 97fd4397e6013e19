"""What stands beside a checkpoint of the authors' code, and where it is written to, can be wrong too."""

import pytest
from authors_like import network, refused, save

from quiescent.errors import QuiescentError
from quiescent.foreign.write import import_checkpoint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "is not what the authors' code writes"),
        (b"[]", "must hold tests by batch"),
        (b'{"x": {"loss": 1, "pos_mse": 1}}', "'x' is no number of a batch"),
        (b'{"5": {"loss": NaN, "pos_mse": 1}}', "loss must be a finite number"),
        (b'{"5": {"loss": 1, "pos_mse": -1}}', "batch 5 has an error below zero"),
        (b'{"5": {"loss": 1, "hd_mse": 1}}', "batch 5 must have a loss and pos_mse"),
        (b"[" * 100000, "is not what the authors' code writes"),
    ],
)
def test_a_test_log_that_the_authors_code_does_not_write_is_named(text, says, tmp_path):
    path = save(network(leftovers=False), tmp_path / "model_5.pt")
    (tmp_path / "test_metrics.json").write_bytes(text)
    with pytest.raises(QuiescentError, match=r"test_metrics.json") as refusal:
        import_checkpoint(path, tmp_path / "out")
    assert says in str(refusal.value)
    assert not (tmp_path / "out").exists()


def test_a_file_that_does_not_say_its_batches_is_asked_for_them(tmp_path):
    refused(save(network(leftovers=False), tmp_path / "last.pt"), tmp_path / "out", "Name it model_BATCHES.pt")


def test_a_failed_write_leaves_no_folder(tmp_path, monkeypatch):
    path = save(network(leftovers=False), tmp_path / "model_5.pt")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("quiescent.machine.files.os.fsync", full)
    with pytest.raises(QuiescentError, match="no space left on the device"):
        import_checkpoint(path, tmp_path / "out")
    assert not [path for path in tmp_path.rglob("*") if "seed_" in path.name]
