"""Identities of runs: equal only where weights, settings and behaviour are, so that nothing stale is taken for new."""

import hashlib

from quiescent.recordings.read import READING
from quiescent.runs import checkpoints
from quiescent.runs.open import read_config
from quiescent.runs.run import Run
from quiescent.tasks.recorded import Recorded


def identity(run: Run) -> list[str | int | None]:
    """List a run's batches and the checksums of its weights, its settings, and the recording behind its behaviour."""
    config, path = read_config(run), run.newest_checkpoint()
    content = config.task.content
    weights = checkpoints.checksum(path) if path else None
    if isinstance(config.task, Recorded) and config.task.checksum:  # wherever it lies
        config = config.model_copy(update={"task": config.task.model_copy(update={"path": "", "absolute": None})})
    settings = hashlib.blake2b(config.to_yaml().encode(), digest_size=16).hexdigest()
    return [run.batches_done(), weights, settings, content and f"{content} read by {READING}"]
