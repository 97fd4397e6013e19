"""Read files of any kind into tables. One file and one line here per kind."""

from collections.abc import Callable
from pathlib import Path

from quiescent.errors import QuiescentError, printable
from quiescent.recordings.h5 import read_h5
from quiescent.recordings.npz import read_npz
from quiescent.recordings.nwb import read_nwb
from quiescent.recordings.table import Parts, Table, Unreadable
from quiescent.recordings.text import read_text

READING = 2  # raised whenever this package reads the same file in another way: what was measured before is then old
READERS: dict[str, Callable[[Path], Table | Parts]] = {
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".dat": read_text,
    ".npz": read_npz,
    ".h5": read_h5,
    ".hdf5": read_h5,
    ".nc": read_h5,
    ".nwb": read_nwb,
}


def read_tables(path: Path) -> Parts:
    """Read the tables in a file, mostly one, whose name is empty.

    Raises `QuiescentError`, which names the file and what is wrong with it.
    """
    kinds = [kind.lower() for kind in path.suffixes]
    packed = kinds[-1:] == [".gz"]
    kind = ".csv" if kinds == [".gz"] else next(iter(kinds[-2:-1] if packed else kinds[-1:]), "")
    if kind not in READERS or (packed and READERS[kind] is not read_text):
        raise QuiescentError(f"task.path={path}: must be a file of the kind {', '.join(READERS)} (text also as .gz).")
    try:
        tables = READERS[kind](path)
    except (QuiescentError, MemoryError):
        raise
    except Unreadable as reason:
        raise QuiescentError(f"{path}: cannot be read ({reason}).") from None
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise QuiescentError(f"{path}: cannot be read ({printable(' '.join(str(error).split()))}).") from None
    except Exception as error:  # damaged archives raise errors of zlib, zipfile, struct, h5py or hdmf
        raise QuiescentError(f"{path}: is damaged ({printable(' '.join(str(error).split()))}).") from None
    return {"": tables} if isinstance(tables, Table) else tables
