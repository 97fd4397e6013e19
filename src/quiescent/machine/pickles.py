"""Pickled data of foreign files, read without running anything: whatever it refers to by name is a given stand-in."""

import io
import pickle
import pickletools
from collections.abc import Callable, Mapping
from typing import Any

from quiescent.errors import QuiescentError, printable

StandIns = Mapping[tuple[str, str], Callable[..., Any]]  # (module, name) as the file has it -> what is called instead

LARGEST = 10_000  # values in a tuple, counted as often as they are reached


def read_pickle(name: str, data: bytes, stand_ins: StandIns, storage: Callable[[Any], object] | None = None) -> Any:
    """Read one pickled object; every global must be among the stand-ins, every persistent id is handed to `storage`.

    Stand-ins should be made anew for each file, since a file may set attributes of what it is given.
    Raises `QuiescentError`, which begins with `name`, for any other global, and for data that is damaged.
    """
    _check_cost(name, data)
    try:
        return _Reader(name, data, stand_ins, storage).load()
    except (QuiescentError, MemoryError):
        raise
    except Exception as error:  # stand-ins that are called wrongly raise whatever they like
        raise QuiescentError(f"{name}: is damaged ({printable(error)}).") from None


class _Reader(pickle.Unpickler):
    def __init__(self, name: str, data: bytes, stand_ins: StandIns, storage: Callable[[Any], object] | None) -> None:
        super().__init__(io.BytesIO(data), encoding="ASCII", errors="strict")
        self._name, self._stand_ins, self._storage = name, stand_ins, storage

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) not in self._stand_ins:
            raise QuiescentError(f"{self._name}: refers to {printable(f'{module}.{name}')}, which is not read.")
        return self._stand_ins[module, name]

    def persistent_load(self, identity: Any) -> object:
        if self._storage is None:
            raise QuiescentError(f"{self._name}: refers to data outside itself, which is not read.")
        return self._storage(identity)


def _check_cost(name: str, data: bytes) -> None:
    """Refuse data that would take memory or time out of all proportion to its length."""
    try:
        _require_cheap(data)
    except Exception as error:  # of pickletools, and of instructions that do not fit together
        raise QuiescentError(f"{name}: is damaged ({printable(error)}).") from None


def _require_cheap(data: bytes) -> None:
    """Follow the sizes of tuples through all instructions, without making any.

    A tuple of the same tuple twice, and so on, doubles at each level the time that it takes as a key. And for a place
    in the reader's memory beyond the data's length gigabytes would be set aside.
    """
    stack: list[int | None] = []  # sizes; None is a mark
    memory: dict[Any, int | None] = {}
    for code, argument, _ in pickletools.genops(data):
        if code.name in _PUT:
            place = len(memory) if argument is None else argument
            if place > len(data):
                raise ValueError(f"memory index {place}")
            memory[place] = stack[-1]
            continue
        taken = _taken(stack, code)
        size = 1 + sum(each or 1 for each in taken) if code.name in _HASHED else 1
        if size > LARGEST:
            raise ValueError(f"values nested in more than {LARGEST} values")
        if code.name in _GET:
            stack.append(memory[argument])
        elif code.name == "DUP":
            stack += 2 * taken
        else:
            stack += [None if each is pickletools.markobject else size for each in code.stack_after]


def _taken(stack: list[int | None], code: pickletools.OpcodeInfo) -> list[int | None]:
    """Take off the stack what an instruction takes, marks left out."""
    taken: list[int | None] = []
    marked = pickletools.markobject in code.stack_before
    left = code.stack_before.index(pickletools.markobject) if marked else len(code.stack_before)
    if marked or (code.name == "POP" and stack[-1] is None):  # the only one that takes a mark without saying so
        while (top := stack.pop()) is not None:
            taken.append(top)
        left -= not marked
    return taken + [stack.pop() for _ in range(left)]


_HASHED = ("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "FROZENSET")
_PUT = ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE")
_GET = ("GET", "BINGET", "LONG_BINGET")
