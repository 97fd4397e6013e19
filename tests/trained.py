"""Training in processes of their own."""

import program

from quiescent.machine import lease
from quiescent.runs.open import open_runs
from quiescent.training.train import train


def trained(config, folder):
    """Train in a process of its own, as a user's script does; returns the runs."""
    done = program.finish(train, config, folder)
    assert done.returncode == 0, done.stderr
    return open_runs(config, folder)


def train_elsewhere(config, folder):
    """Train as a process of another machine does, by what its leases say."""
    lease.machine = lambda: "another machine"
    train(config, folder)
