"""Trained networks that ship with the package: `example/with_biases` and `example/without_biases`.

Weights are stored in half precision. `python -m quiescent.runs.examples RUN FILE` packs a finished run so.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import safetensors.numpy

from quiescent.config.load import parse
from quiescent.errors import QuiescentError, nearest
from quiescent.runs.log import Metrics
from quiescent.runs.make import make_run
from quiescent.runs.open import read_config
from quiescent.runs.origin import Origin, read_origin
from quiescent.runs.run import Run
from quiescent.runs.specification import CELLS, WEIGHTS

FOLDER = resources.files("quiescent") / "runs" / "example"
PREFIX = "example/"


def example_names() -> list[str]:
    """List the networks that ship with the package."""
    files = (file.name for file in FOLDER.iterdir())
    return sorted(PREFIX + name.removesuffix(".safetensors") for name in files if name.endswith(".safetensors"))


def example(name: str, out: Path | str = "runs/example") -> Run:
    """Unpack a trained network that ships with the package, once, as a run like any other.

    Parameters
    ----------
    name
        `example/with_biases` or `example/without_biases`: 512 units that learned with noise to know where they are in a
        box of 2.2 m (Krishna et al. 2024). Without biases, as in the paper, a network has no scale at rest.
    out
        Folder in which its run is put.

    Returns
    -------
    Run
        To be measured, drawn and watched; it cannot be trained on.

    Raises
    ------
    QuiescentError
        For an unknown name, and if another run is in that folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     example("example/with_biases", folder).finished()
    True
    """
    if name not in example_names():
        raise QuiescentError(f"no example named '{name}'.{nearest(name, example_names())}")
    packed = (FOLDER / f"{name.removeprefix(PREFIX)}.safetensors").read_bytes()
    origin = Origin(name, hashlib.sha256(packed).hexdigest())
    told = json.loads(packed[8 : 8 + int.from_bytes(packed[:8], "little")])["__metadata__"]
    config = parse(told["config"], name)
    run = Run(Path(out) / name.removeprefix(PREFIX) / f"seed_{config.seed[0]}")
    if run.folder.exists():
        if read_origin(run) != origin:
            raise QuiescentError(f"{run.folder} exists and is not {name}. Move it, or work in another folder.")
        return run
    arrays = {key: array.astype(np.float32) for key, array in safetensors.numpy.load(packed).items()}
    return make_run(run.folder, config, arrays, [Metrics(**test) for test in json.loads(told["tests"])], origin)


def pack(run: Run, path: Path) -> None:
    """Pack the weights of a finished run in half precision, with its configuration and its tests."""
    checkpoint = run.load_checkpoint()
    arrays = {
        name: array if name == CELLS else array.astype(np.float16)
        for name, array in checkpoint.arrays.items()
        if name == CELLS or name.startswith(f"{WEIGHTS}/")
    }
    tests = json.dumps([test._asdict() for test in run.metrics()])
    path.write_bytes(safetensors.numpy.save(arrays, {"config": read_config(run).to_yaml(), "tests": tests}))


def main(words: Sequence[str]) -> None:
    """Pack the run in the first folder into the second file."""
    pack(Run(Path(words[0])), Path(words[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
