"""Pickled data of foreign files, read without running anything: whatever it refers to by name is a given stand-in."""

import io
import pickle
import pickletools
from collections.abc import Callable, Mapping
from typing import Any

from quiescent.errors import QuiescentError, printable

StandIns = Mapping[tuple[str, str], Callable[..., Any]]  # (module, name) as the file has it -> what is called instead


def read_pickle(name: str, data: bytes, stand_ins: StandIns, storage: Callable[[Any], object] | None = None) -> Any:
    """Read one pickled object; every global must be among the stand-ins, every persistent id is handed to `storage`.

    Stand-ins should be made anew for each file, since a file may set attributes of what it is given.
    Raises `QuiescentError`, which begins with `name`, for any other global, and for data that is damaged.
    """
    _check_indices(name, data)
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


def _check_indices(name: str, data: bytes) -> None:
    """Refuse places in the reader's memory beyond the data's length, for which gigabytes would be set aside."""
    try:
        for code, argument, _ in pickletools.genops(data):
            if code.name in ("PUT", "BINPUT", "LONG_BINPUT") and argument is not None and argument > len(data):
                raise QuiescentError(f"{name}: is damaged (memory index {argument}).")
    except QuiescentError:
        raise
    except Exception as error:
        raise QuiescentError(f"{name}: is damaged ({printable(error)}).") from None
