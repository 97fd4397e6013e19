"""Make the folder of a finished run from arrays, complete or absent. Imports no PyTorch, which takes a second."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from quiescent.config.schema import Config
from quiescent.machine.files import explaining, keep_names, make_folder
from quiescent.runs.log import LOG, Metrics, write_log
from quiescent.runs.open import write_config
from quiescent.runs.origin import Origin, write_origin
from quiescent.runs.run import Run


def make_run(
    folder: Path, config: Config, arrays: Mapping[str, np.ndarray], tests: Sequence[Metrics], origin: Origin
) -> Run:
    """Write a run that is finished and cannot be trained on; raises `QuiescentError`, and leaves nothing behind."""
    with _making(folder) as temporary:
        run = Run(temporary)
        run.save_checkpoint(config.training.batches, arrays)
        write_log(temporary / LOG, tests)
        write_origin(run, origin)
        write_config(run, config)
    return Run(folder)


@contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """Lend a temporary folder that takes the place of `folder` in the end; after an error it is removed."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    with explaining(folder):
        make_folder(temporary)
        try:
            yield temporary
            temporary.rename(folder)
            keep_names(folder.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
