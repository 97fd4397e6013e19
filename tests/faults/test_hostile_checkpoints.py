"""Checkpoints of the authors' code that are damaged, foreign or made to harm: one line each, and nothing is run."""

import collections
import io
import os
import pickle
import warnings
import zipfile

import numpy as np
import pytest
import torch
from authors_like import GRU, heading, importable, navigation, network, refused, rewrite, save
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from quiescent.errors import QuiescentError
from quiescent.foreign.archive import Archive
from quiescent.foreign.configuration import configure
from quiescent.foreign.networks import read_network
from quiescent.foreign.stand_ins import Storage, StoredTensor
from quiescent.foreign.tensors import read_tensor


class Command:
    def __reduce__(self):
        return os.system, ("exit 1",)


class Extended(nn.Module):
    pass


def changed(name, value):
    return lambda model: setattr(model, name, value)


def of_task(name, value):
    return lambda model: setattr(model.task, name, value)


def of_cells(name, value):
    return lambda model: setattr(getattr(model.task, "hd_cells", None) or model.task.place_cells, name, value)


def both(*changes):
    return lambda model: [change(model) for change in changes]


def hooked(model):
    model.w_rec.register_forward_hook(print)


STRANGE = {
    "a command": (changed("task", Command()), "refers to posix.system, which is not read"),
    "a module of its own": (changed("w_more", Extended()), "Extended, which is not read"),
    "one layer more": (changed("w_more", nn.Linear(2, 2)), "the network holds w_more, which is unknown"),
    "a setting more": (changed("momentum", 0.9), "RNN.momentum is unknown"),
    "a setting less": (lambda model: delattr(model, "tau"), "RNN.tau is missing"),
    "a hook": (hooked, "refers to __builtin__.print"),
    "a buffer": (lambda model: model.register_buffer("mask", torch.ones(2)), "RNN._buffers is not read"),
    "a parameter": (lambda model: setattr(model, "gain", nn.Parameter(torch.ones(2))), "RNN holds gain, which is unkn"),
    "another activation": (changed("activation", torch.sin), "an unknown activation function"),
    "two activations": (changed("activation_fn", "tanh"), "activation_fn=tanh: must be relu, which it computes"),
    "doubles": (changed("w_rec", nn.Linear(32, 32, bias=False, dtype=torch.float64)), "torch.DoubleStorage"),
    "one bias": (changed("w_rec", nn.Linear(32, 32)), "w_rec.bias: must be there if bias=True, and only then"),
    "no bias": (changed("bias", True), "encoder.bias: must be there if bias=True"),
    "a small layer": (changed("w_rec", nn.Linear(31, 32, bias=False)), "w_rec is no layer from 32 to 32"),
    "many units": (changed("n_rec", 10**12), "encoder is no layer from 24 to 1000000000000"),
    "a huge number": (changed("n_rec", 10**5000), "RNN.n_rec: must be a whole number."),
    "inputs": (both(changed("n_in", 3), changed("w_in", nn.Linear(3, 32, bias=False))), "weights/input"),
    "outputs": (changed("n_out", 9), "RNN.n_out=9: must be the number of cells, 24"),
    "noise of outputs": (changed("sigma_out", np.sqrt(0.1)), "RNN.sigma_out=0.31622776601683794: must be 0; noi"),
    "noise below zero": (changed("sigma_rec", -0.1), "RNN.sigma_rec=-0.1: must be >= 0"),
    "noise without end": (changed("sigma_rec", np.float64("inf")), "sigma_rec: must be a finite number, but is inf"),
    "a fast step": (changed("dt", 2.0), "dt=2 must not be larger than tau=1"),
    "weights that are none": (lambda model: model.w_rec.weight.data.fill_(float("nan")), "weights/recurrent holds inf"),
    "a task of one's own": (of_task("reward", 1), "SpatialNavigation.reward is unknown"),
    "a box without width": (both(of_task("box_width", 0), of_cells("box_width", 0)), "box_width=0"),
    "another box": (of_cells("box_width", 3.0), "PlaceCells.box_width=3.0: must be that of the task, 2.2"),
    "another start": (of_task("init_pos", "corner"), "task.init_pos=corner: must be 'uniform' or 'zero'"),
    "words for numbers": (of_task("biased", "no"), "SpatialNavigation.biased: must be true or false, but is no"),
    "no cells": (of_task("place_cells", None), "holds no PlaceCells where one must be"),
    "cells in three dimensions": (of_cells("us", torch.zeros(24, 3)), "us has the shape (24, 3), not (24, 2)"),
    "an anchor in three dimensions": (of_task("anchor_point", np.zeros(3)), "anchor_point=[0.0, 0.0, 0.0]: must be t"),
    "an anchor of objects": (of_task("anchor_point", np.array([{}, 1])), "an unknown type of NumPy's numbers"),
    "a generator": (changed("momentum", np.random.default_rng()), "which is not read"),
}  # fmt: skip
TURNING = {
    "angles of its own": (of_cells("us", torch.linspace(-3, 3, 24)), "HeadDirectionCells.us: must be evenly spaced"),
    "widths of their own": (
        of_cells("vs", torch.linspace(0.4, 0.5, 24)),
        "HeadDirectionCells.vs: must all be angular_spr",
    ),
    "no cells": (of_task("use_hd_cells", False), "HeadDirection.use_hd_cells=False: must be True"),
}


@pytest.mark.parametrize("name", [*STRANGE, *(f"heading: {name}" for name in TURNING)])
def test_whatever_is_unknown_in_a_file_is_named(name, tmp_path):
    turning = name.startswith("heading: ")
    change, says = TURNING[name.removeprefix("heading: ")] if turning else STRANGE[name]
    model = network(heading() if turning else navigation(), leftovers=False)
    change(model)
    path = save(model, tmp_path / "x_3" / "model_5.pt")
    assert len(refused(path, tmp_path / "out", says).splitlines()) == 1


def test_other_files_of_torch_are_no_networks(tmp_path):
    model, other = network(leftovers=False), tmp_path / "model_5.pt"
    for saved in (model.state_dict(), [1, 2], collections.OrderedDict(a=1)):
        torch.save(saved, other)
        refused(other, tmp_path / "out", "holds no whole network of the authors' code")
    torch.save(model.state_dict(), other, _use_new_zipfile_serialization=False)
    refused(other, tmp_path / "out", "is no whole file of torch.save (File is not a zip file)")
    with importable():
        other.write_bytes(pickle.dumps(GRU()))
    refused(other, tmp_path / "out", "is no whole file of torch.save")
    other.write_bytes(b"")
    refused(other, tmp_path / "out", "is no whole file of torch.save")


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.pt")
    refused(tmp_path / "pipe.pt", tmp_path / "out", "is no file; give .pt files")
    (tmp_path / "folder.pt").mkdir()
    refused(tmp_path / "folder.pt", tmp_path / "out", "is a folder; give .pt files")
    refused(tmp_path / "absent.pt", tmp_path / "out", "No such file")


ZIPS = {
    "compressed": ({"compression": zipfile.ZIP_DEFLATED}, "is compressed or encrypted"),
    "beside": ({"add": [("code/model.py", b"import os")]}, "code/model.py, which is not read"),
    "outside": ({"add": [("../../escaped", b"1")]}, "../../escaped, which is not read"),
    "twice": ({"add": [("data/0", b"1234")]}, "data/0 is there twice"),
    "missing": ({"drop": ["data/0"]}, "data/0 is missing"),
    "short": ({"drop": ["data/0"], "add": [("data/0", b"1234")]}, "data/0 has 4 bytes, not those of"),
    "no objects": ({"drop": ["data.pkl"]}, "must hold one data.pkl"),
    "an order of bytes": (
        {"drop": ["byteorder"], "add": [("byteorder", b"middle")]},
        "no order of bytes that is known",
    ),
    "much": ({"drop": ["data.pkl"], "add": [("data.pkl", bytes(2**20 + 1))]}, "takes more than 1048576 bytes"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_an_archive_that_torch_does_not_write_is_refused(name, tmp_path):
    how, says = ZIPS[name]
    path = save(network(leftovers=False), tmp_path / "model_5.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile's, of two entries of one name
        rewrite(path, **how)
    refused(path, tmp_path / "out", says)


def test_numbers_of_a_machine_that_writes_them_backwards_are_read(tmp_path):
    path = save(network(leftovers=False), tmp_path / "model_5.pt")
    with zipfile.ZipFile(path) as archive:
        numbers = [name for name in archive.namelist() if "/data/" in name]
        arrays = {name.partition("/")[2]: np.frombuffer(archive.read(name), "<f4") for name in numbers}
    swapped = [(name, array.astype(">f4").tobytes()) for name, array in arrays.items()]
    backwards = tmp_path / "other" / "model_5.pt"
    backwards.parent.mkdir()
    backwards.write_bytes(path.read_bytes())
    rewrite(backwards, drop=["byteorder", *(name for name, _ in swapped)], add=[("byteorder", b"big"), *swapped])
    first, second = (read(file.read_bytes()) for file in (path, backwards))
    assert all(np.array_equal(first.arrays[name], second.arrays[name]) for name in first.arrays)


VIEWS = {  # a view of ten numbers: offset, shape, strides
    "beyond": (1, (2, 5), (5, 1)),
    "far beyond": (2**62, (2, 5), (5, 1)),
    "strides beyond": (0, (2, 5), (6, 1)),
    "more than there are": (0, (3, 5), (0, 0)),
    "endless": (0, (2**31, 2**31), (0, 0)),
    "fewer strides": (0, (2, 5), (1,)),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_tensor_that_reaches_outside_of_its_numbers_is_damage(name):
    offset, shape, strides = VIEWS[name]
    with pytest.raises(QuiescentError, match=r"^f: w is damaged"):
        read_tensor(archive_of(10), StoredTensor(Storage("0", 10), offset, shape, strides), shape, "w")


def test_a_tensor_is_read_by_its_strides():
    numbers = np.arange(12, dtype=np.float32)
    for view in (numbers.reshape(3, 4)[1:, :2], numbers.reshape(3, 4).T[:2], numbers[None, 3:4], numbers[2::5, None]):
        offset = (view.__array_interface__["data"][0] - numbers.__array_interface__["data"][0]) // 4
        strides = tuple(stride // 4 for stride in view.strides)
        tensor = StoredTensor(Storage("0", 12), offset, view.shape, strides)
        found = read_tensor(archive_of(12), tensor, view.shape, "w")
        np.testing.assert_array_equal(found, view)


def archive_of(size):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("f/data.pkl", b"N.")
        archive.writestr("f/data/0", np.arange(size, dtype=np.float32).tobytes())
    return Archive("f", file)


def read(contents):
    found = read_network(Archive("f", io.BytesIO(contents)))
    configure("f", found.settings, 0)
    return found


def read_or_refused(contents):
    """Read a network; None if there was an error, which names the file or a setting of it in a few words."""
    try:
        return read(contents)
    except QuiescentError as error:
        refusal = str(error)
    assert refusal.startswith("f: ") or refusal.endswith("In: f.")
    assert len(refusal) < 3000
    return None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = save(network(navigation(cells=5), units=3, leftovers=False), tmp_path_factory.mktemp("whole") / "model_5.pt")
    return path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_flipped_or_missing_byte_gives_the_same_network_or_one_error(data, whole):
    contents = bytearray(whole)
    if data.draw(st.booleans()):
        contents = contents[: data.draw(st.integers(0, len(contents) - 1))]
    else:
        for place in data.draw(st.lists(st.integers(0, len(contents) - 1), min_size=1, max_size=3)):
            contents[place] = data.draw(st.integers(0, 255))
    expected = read(whole)
    found = read_or_refused(bytes(contents))
    if found:
        assert found.settings == expected.settings
        assert all(np.array_equal(found.arrays[name], expected.arrays[name]) for name in expected.arrays)


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_objects_of_whatever_bytes_with_a_right_checksum_give_a_network_or_one_error(data, whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (name,) = [name for name in entries if name.endswith("data.pkl")]
    pickled = bytearray(entries[name])
    for place in data.draw(st.lists(st.integers(0, len(pickled) - 1), min_size=1, max_size=3)):
        pickled[place] = data.draw(st.integers(0, 255))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for entry, contents in (entries | {name: bytes(pickled)}).items():
            archive.writestr(entry, contents)
    read_or_refused(file.getvalue())


BOMBS = {
    "copied bytes": b"c_codecs\nencode\nX\x00\xff\x00\x00" + b"a" * 65280 + b"X\x06\x00\x00\x00latin1\x86R",
    "copied lists": b"c__builtin__\nset\n](" + b"N" * 60000 + b"e\x85R",
    "copied mappings": b"ccollections\nOrderedDict\n](K\x01K\x02\x86e\x85R",
    "nested": b")" + b"\x85" * 200000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_few_bytes_do_not_fill_the_memory(name, tmp_path):
    path = save(network(leftovers=False), tmp_path / "model_5.pt")
    rewrite(path, lambda _: b"\x80\x02" + BOMBS[name] + b".")
    refused(path, tmp_path / "out", "model_5.pt")
