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


def test_every_kind_of_instruction_is_followed():
    shared = ("a", (1, 2.5, None, True))
    data = {
        shared: [shared, {1, "b"}, frozenset([shared, 3]), b"x" * 300, 2**70],
        "t": ((), (1,), (1, 2), (1, 2, 3, 4)),
    }
    for protocol in (4, 5):
        assert read_pickle("file", pickle.dumps(data, protocol), {}) == data
    assert read_pickle("file", b"K\x07K\x08(K\x01K\x0210.", {}) == 7  # takes all to a mark, and a number
    assert read_pickle("file", b"K\x05(0K\x060.", {}) == 5  # takes a mark, and a number


def test_data_outside_is_asked_for_or_refused():
    assert read_pickle("file", b"K\x05Q.", {}, lambda identity: identity + 1) == 6
    with pytest.raises(QuiescentError, match="refers to data outside itself"):
        read_pickle("file", b"K\x05Q.", {})


def test_a_place_beyond_the_data_is_refused_before_memory_is_set_aside():
    for data in (b"Nr\xff\xff\xff\xff.", b"Np99999999999\n."):
        with pytest.raises(QuiescentError, match="is damaged"):
            read_pickle("file", data, {})


def test_a_key_that_takes_forever_is_refused_at_once():
    doubled = b")" + b"2\x86" * 60
    again = b")q\x00" + b"".join(b"h%ch%c\x86q%c" % (k, k, k + 1) for k in range(60))
    for nested in (doubled, again):
        with pytest.raises(QuiescentError, match=r"is damaged \(values nested"):
            read_pickle("file", b"}" + nested + b"Ns.", {})
    wide = {tuple(range(2000)): [(k, (k, k)) for k in range(2000)]}
    for protocol in (0, 2, 4):
        assert read_pickle("file", pickle.dumps(wide, protocol), {}) == wide


@given(st.binary(max_size=60) | st.binary(max_size=20).map(lambda tail: pickle.dumps([1, ("a",), {2: b"x"}]) + tail))
def test_whatever_is_no_pickle_raises_nothing_else(data):
    with contextlib.suppress(QuiescentError):
        read_pickle("file", data, {})
