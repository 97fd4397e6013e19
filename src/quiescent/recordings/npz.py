"""NumPy archives: an array per column, as `np.savez` writes them, such as the history of a RatInABox agent."""

from pathlib import Path

import numpy as np

from quiescent.recordings.table import Table, from_arrays


def read_npz(path: Path) -> Table:
    """Read the arrays of numbers in an archive; positions of several coordinates are split."""
    arrays, objects = {}, []
    with np.load(path, allow_pickle=False) as file:
        for name in file.files:
            try:
                arrays[name] = file[name]
            except ValueError as error:
                if "allow_pickle" not in str(error):
                    raise
                objects.append(name)
    notes = tuple(f"the array '{name}' holds Python objects, which are not read" for name in objects)
    return from_arrays(arrays)._replace(notes=notes)
