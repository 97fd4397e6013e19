"""Training in a process of its own."""

import program

from quiescent.runs.open import open_runs
from quiescent.training.train import train


def trained(config, folder):
    """Train in a process of its own, as a user's script does; returns the runs."""
    done = program.finish(train, config, folder)
    assert done.returncode == 0, done.stderr
    return open_runs(config, folder)
