"""Stand-ins for all that a checkpoint of the authors may refer to by name; whatever else it names is an error.

They are made anew for each file, since a file may set attributes of what it is given. They hold what the file says and
do nothing with it. None copies what it gets, so that a small file stays small in memory.
"""

import re
from typing import Any, ClassVar, NamedTuple

import numpy as np

from quiescent.foreign.archive import Archive
from quiescent.machine.pickles import StandIns, read_pickle

OBJECTS = (
    *(("models.rnn", "RNN"), ("models.gru", "GRU")),
    *(("torch.nn.modules.linear", "Linear"), ("torch.nn.modules.linear", "Identity")),
    *(("tasks.spatial_navigation", "SpatialNavigation"), ("tasks.spatial_navigation", "PlaceCells")),
    *(("tasks.head_direction", "HeadDirection"), ("tasks.head_direction", "HeadDirectionCells")),
)
ACTIVATIONS = ("relu", "tanh", "sigmoid")  # of torch; the identity is a module
TYPES = ("f8", "f4", "i8", "i4", "b1")  # of NumPy's numbers
PLACE = re.compile(r"[a-z]+(:\d{1,3})?", re.ASCII)  # where numbers lay: cpu, cuda:0


class Foreign:
    """An object of the file: its attributes, and the name of a class that exists elsewhere."""

    __slots__ = ("attributes",)
    kind: ClassVar[str] = ""
    attributes: dict[str, Any]

    def __new__(cls) -> "Foreign":
        made = super().__new__(cls)
        made.attributes = {}
        return made

    def __setstate__(self, state: Any) -> None:
        if type(state) is not dict or any(type(key) is not str for key in state):
            raise ValueError(f"the attributes of {self.kind} have no names")
        self.attributes = state


class Activation(NamedTuple):
    """One of torch's activation functions, by name."""

    name: str


class Storage(NamedTuple):
    """Numbers beside the pickle: the key that they are stored under, and how many they are."""

    key: str
    size: int


class StoredTensor(NamedTuple):
    """A tensor as a view of stored numbers; nothing of it is checked but types."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Mapped(dict[Any, Any]):
    """A mapping, to which a file may give attributes as torch does."""


class NumpyType:
    """A type of NumPy's numbers."""

    def __init__(self, code: Any, *_: Any) -> None:
        if type(code) is not str or code not in TYPES:
            raise ValueError("an unknown type of NumPy's numbers")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: Any) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class NumpyArray:
    """A short array of NumPy's."""

    def __init__(self) -> None:
        self.values = np.zeros(0)

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, _, raw = state
        if type(raw) is not bytes or shape != (len(raw) // kind.dtype.itemsize,):
            raise ValueError("an array of NumPy's that is no list of numbers")
        self.values = np.frombuffer(raw, kind.dtype)


def read_objects(archive: Archive) -> Any:
    """Read the pickled objects of an archive, each of them by its stand-in."""
    named = stand_ins()
    floats = named["torch", "FloatStorage"]

    def storage(identity: Any) -> Storage:
        kept, kind, key, place, size = identity
        if kept != "storage" or kind is not floats or not _are_whole(size) or not PLACE.fullmatch(place):
            raise ValueError("numbers of an unknown kind")
        if not re.fullmatch(r"\d{1,9}", key, re.ASCII):
            raise ValueError("numbers without a key")
        return Storage(key, size)

    return read_pickle(archive.name, archive.pickled(), named, storage)


def stand_ins() -> StandIns:
    """Make the stand-ins for one file, by the names of what they stand for."""
    functions = type("Functions", (), {})

    def activation(owner: Any, name: Any) -> Activation:
        if owner is not functions or type(name) is not str or name not in ACTIVATIONS:
            raise ValueError("an unknown activation function")
        return Activation(name)

    builtin = {"set": _empty_set, "getattr": activation}
    numpy = {"_reconstruct": lambda *_: NumpyArray(), "scalar": _number}
    return {
        **{(module, name): type(name, (Foreign,), {"__slots__": (), "kind": name}) for module, name in OBJECTS},
        **{(module, name): _fresh(made) for module in ("__builtin__", "builtins") for name, made in builtin.items()},
        **{
            (f"numpy.{core}.multiarray", name): _fresh(made)
            for core in ("core", "_core")
            for name, made in numpy.items()
        },
        ("numpy", "ndarray"): type("ndarray", (), {}),
        ("numpy", "dtype"): type("dtype", (NumpyType,), {}),
        ("_codecs", "encode"): _fresh(_encoded),
        ("collections", "OrderedDict"): _fresh(lambda: Mapped()),
        ("torch", "FloatStorage"): type("FloatStorage", (), {}),
        ("torch._C", "_VariableFunctionsClass"): functions,
        ("torch._utils", "_rebuild_tensor_v2"): _fresh(_tensor),
        ("torch._utils", "_rebuild_parameter"): _fresh(_parameter),
    }


def _fresh(function: Any) -> Any:
    return lambda *values: function(*values)


def _empty_set(values: Any) -> frozenset[Any]:
    if type(values) is not list or values:
        raise ValueError("a set that is not empty")
    return frozenset()


def _encoded(text: Any, code: Any) -> bytes:
    if type(text) is not str or len(text) > 64 or code != "latin1":
        raise ValueError("more bytes than a few numbers have")
    return text.encode("latin1")


def _number(kind: Any, raw: Any) -> Any:
    (number,) = np.frombuffer(raw, kind.dtype).tolist()
    return number


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, _: Any, hooks: Any) -> StoredTensor:
    if type(storage) is not Storage or type(shape) is not tuple or type(strides) is not tuple or hooks != {}:
        raise ValueError("a tensor of an unknown kind")
    if not _are_whole(offset, *shape, *strides):
        raise ValueError("a tensor with a size or stride below zero")
    return StoredTensor(storage, offset, shape, strides)


def _parameter(tensor: Any, _: Any, hooks: Any) -> StoredTensor:
    if type(tensor) is not StoredTensor or hooks != {}:
        raise ValueError("a parameter of an unknown kind")
    return tensor


def _are_whole(*values: Any) -> bool:
    return all(type(value) is int and 0 <= value < 2**63 for value in values)
