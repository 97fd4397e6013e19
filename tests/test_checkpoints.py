"""Checkpoints: what is read is what was written, or it is said that it is not."""

import hashlib

import numpy as np
import pytest
import torch
from checkpoint_like import arrays_of
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from quiescent.runs import checkpoints
from quiescent.runs.checkpoints import DamagedCheckpoint
from quiescent.runs.run import Run
from quiescent.training.train import train

ARRAYS = {
    "weights/output": np.arange(6, dtype=np.float32).reshape(3, 2).T,  # not contiguous, as views of a population are
    "streams": np.arange(20, dtype=np.uint8).reshape(2, 10),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "one.safetensors"
    checkpoints.write(path, ARRAYS)
    return path.read_bytes()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_noticed_or_harmless(written, tmp_path_factory, data):
    at, bit = data.draw(st.integers(0, len(written) - 1)), data.draw(st.integers(0, 7))
    damaged = bytearray(written)
    damaged[at] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "flipped.safetensors"
    path.write_bytes(damaged)
    try:
        read = checkpoints.read(path)
    except ValueError:
        return
    assert read.keys() == ARRAYS.keys()
    assert all(np.array_equal(read[name], ARRAYS[name]) for name in ARRAYS)


def test_every_bit_of_the_numbers_counts(written, tmp_path):
    path = tmp_path / "flipped.safetensors"
    for at in range(len(written) - 44, len(written)):  # 24 bytes of floats and 20 of whole numbers
        path.write_bytes(written[:at] + bytes([written[at] ^ 1]) + written[at + 1 :])
        with pytest.raises(ValueError, match="its checksum does not match"):
            checkpoints.read(path)


def test_a_checkpoint_without_a_checksum_is_read_as_it_is(tmp_path):
    save_file({"a": np.ones(2)}, tmp_path / "old.safetensors")
    assert np.array_equal(checkpoints.read(tmp_path / "old.safetensors")["a"], np.ones(2))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.int32, torch.uint8, torch.bool])
def test_a_checksum_is_that_of_version_0_1_which_hashed_tensors(tmp_path, dtype):
    tensor = torch.arange(6).reshape(2, 3).to(dtype)
    path = tmp_path / "written.safetensors"
    checkpoints.write(path, {"b": tensor.numpy(), "a": tensor[0, 0].numpy()})
    checksum = hashlib.blake2b(digest_size=16)
    for name, value in (("a", tensor[0, 0]), ("b", tensor)):
        checksum.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        checksum.update(value.flatten().numpy().data)
    with safe_open(path, framework="pt") as file:
        assert file.metadata()["blake2b"] == checksum.hexdigest()
        assert torch.equal(file.get_tensor("b"), tensor)
    assert checkpoints.read(path)["a"].shape == ()


DAMAGES = {
    "empty": lambda whole: b"",
    "truncated": lambda whole: whole[: len(whole) // 2],
    "flipped": lambda whole: bytes(np.frombuffer(whole, np.uint8) ^ (np.arange(len(whole)) == len(whole) - 5)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_training_goes_on_from_the_checkpoint_before_a_damaged_one_to_the_same_weights(tiny, tmp_path, damage):
    (run,) = train(tiny(), tmp_path)
    before, newest = run.checkpoints()
    whole = newest.read_bytes()
    newest.write_bytes(DAMAGES[damage](whole))
    assert (run.newest_checkpoint(), run.batches_done(), run.finished()) == (before, 9, False)
    with pytest.warns(DamagedCheckpoint, match=rf"{newest} is damaged .* goes on from the checkpoint of batch 9"):
        train(tiny(), tmp_path)
    assert newest.read_bytes() == whole
    assert newest.with_name(f"{newest.name}.damaged").read_bytes() == DAMAGES[damage](whole)


def test_with_all_checkpoints_damaged_training_begins_anew_with_a_warning_for_each(tiny, tmp_path):
    (run,) = train(tiny(), tmp_path)
    whole = run.checkpoints()[-1].read_bytes()
    for path in run.checkpoints():
        path.write_bytes(b"")
    with pytest.warns(DamagedCheckpoint, match="goes on from the beginning") as caught:
        train(tiny(), tmp_path)
    assert len(caught) == 2
    assert run.checkpoints()[-1].read_bytes() == whole


def test_what_is_wrong_with_a_file_is_looked_at_again_when_it_changes(tmp_path):
    run = Run(tmp_path)
    run.save_checkpoint(3, arrays_of())
    (path,) = run.checkpoints()
    assert checkpoints.problem(path) is None
    path.write_bytes(b"short")
    assert checkpoints.problem(path) is not None
    assert checkpoints.problem(tmp_path / "absent") is not None
