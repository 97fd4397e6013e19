"""Archives as `torch.save` writes them: a zip that holds a pickle and raw numbers. Nothing in one is believed."""

import io
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from quiescent.errors import QuiescentError, printable
from quiescent.machine.files import explaining

File = io.BufferedReader | io.BytesIO
PICKLE, ORDER, NUMBERS = "data.pkl", "byteorder", re.compile(r"data/\d{1,9}", re.ASCII)
# What else is beside them, none of which says anything of a network; all but the first since PyTorch 2.
UNREAD = ("version", ".format_version", ".storage_alignment", ".data/serialization_id")
LARGEST = 2**20  # bytes of what holds no numbers: the pickle of a network has some ten thousand
ORDERS = {b"little": "<f4", b"big": ">f4"}
DAMAGE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError),
    *(ValueError, LookupError, EOFError, OverflowError, struct.error),
)


class Archive:
    """An open archive; `name` begins every message."""

    def __init__(self, name: str, file: File) -> None:
        self.name, self._size = name, file.seek(0, 2)
        with self._explaining():
            self._zip = zipfile.ZipFile(file)
            self._entries = self._checked(self._zip.infolist())
            order = self._read(ORDER)[:9] if ORDER in self._entries else b"little"
        if order not in ORDERS:
            raise self.error("is damaged (its numbers are in no order of bytes that is known)")
        self._type = ORDERS[order]

    def error(self, what: str) -> QuiescentError:
        """Word an error that is about this archive."""
        return QuiescentError(f"{self.name}: {what}.")

    def pickled(self) -> bytes:
        """Read the pickle."""
        with self._explaining():
            return self._read(PICKLE)

    def numbers(self, key: str, size: int) -> np.ndarray:
        """Read the numbers (float32) under a key, which must be so many."""
        entry = self._entries.get(f"data/{key}")
        if entry is None:
            raise self.error(f"is damaged (data/{key} is missing)")
        if entry.file_size != 4 * size:
            raise self.error(f"is damaged (data/{key} has {entry.file_size} bytes, not those of {size} numbers)")
        with self._explaining():
            return np.frombuffer(self._read(f"data/{key}"), self._type).astype(np.float32)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except DAMAGE as error:
            raise self.error(f"is no whole file of torch.save ({printable(error)})") from None

    def _checked(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        """Map entries by their name below the one folder that all lie in, none larger than the file has room for."""
        checked: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            _, _, name = entry.filename.partition("/")
            if name not in (PICKLE, ORDER, *UNREAD) and not NUMBERS.fullmatch(name):
                raise self.error(f"holds {printable(entry.filename)}, which is not read")
            stored = entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size
            if not stored or entry.flag_bits & 1:
                raise self.error(f"is not read: {printable(entry.filename)} is compressed or encrypted")
            if name in checked or entry.header_offset + entry.file_size > self._size:
                raise self.error(f"is damaged ({printable(entry.filename)} is there twice, or cut short)")
            if entry.file_size > LARGEST and not NUMBERS.fullmatch(name):
                raise self.error(f"is not read: {printable(entry.filename)} takes more than {LARGEST} bytes")
            checked[name] = entry
        if PICKLE not in checked or len({entry.filename.partition("/")[0] for entry in entries}) > 1:
            raise self.error(f"is no file of torch.save (it must hold one {PICKLE})")
        return checked

    def _read(self, name: str) -> bytes:
        with self._zip.open(self._entries[name]) as file:
            return file.read()  # which checks the checksum


@contextmanager
def open_file(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file for reading; a folder, a pipe or a device is an error."""
    with explaining(path, "read"):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise QuiescentError(f"{path}: is {'a folder' if stat.S_ISDIR(mode) else 'no file'}; give .pt files.")
        with path.open("rb") as file:
            yield file
