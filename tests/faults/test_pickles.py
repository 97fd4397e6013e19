"""Pickled data is read by a list of stand-ins; nothing that it names is imported, and nothing is run."""

import collections
import contextlib
import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiescent.errors import QuiescentError
from quiescent.machine.pickles import read_pickle


class Command:
    def __reduce__(self):
        return os.system, ("exit 1",)


def test_plain_data_is_read_whole():
    data = {"columns": [("rat", "nose", "x"), ("rat", "nose", "y")], "scale": 0.5, "parts": {1, None}, "raw": b"ab"}
    for protocol in (4, 5):  # before, sets are calls
        assert read_pickle("file", pickle.dumps(data, protocol), {}) == data
    assert read_pickle("file", pickle.dumps(data["columns"], 0), {}) == data["columns"]


def test_a_name_is_answered_by_its_stand_in_or_refused():
    data = pickle.dumps(collections.OrderedDict(a=1), 2)
    assert read_pickle("file", data, {("collections", "OrderedDict"): dict}) == {"a": 1}
    with pytest.raises(QuiescentError, match=r"^file: refers to collections.OrderedDict, which is not read\.$"):
        read_pickle("file", data, {})
    for hostile in (
        pickle.dumps(Command()),
        pickle.dumps(os.system, 0),
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"(S'ls'\nios\nsystem\n.",
    ):
        with pytest.raises(QuiescentError, match=r"^file: refers to (posix.system|builtins.eval|os.system), which"):
            read_pickle("file", hostile, {})


def test_data_outside_is_asked_for_or_refused():
    assert read_pickle("file", b"K\x05Q.", {}, lambda identity: identity + 1) == 6
    with pytest.raises(QuiescentError, match="refers to data outside itself"):
        read_pickle("file", b"K\x05Q.", {})


def test_a_place_beyond_the_data_is_refused_before_memory_is_set_aside():
    for data in (b"Nr\xff\xff\xff\xff.", b"Np99999999999\n."):
        with pytest.raises(QuiescentError, match="is damaged"):
            read_pickle("file", data, {})


@given(st.binary(max_size=60) | st.binary(max_size=20).map(lambda tail: pickle.dumps([1, ("a",), {2: b"x"}]) + tail))
def test_whatever_is_no_pickle_raises_nothing_else(data):
    with contextlib.suppress(QuiescentError):
        read_pickle("file", data, {})
