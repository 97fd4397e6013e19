"""Configurations small enough to train in a blink."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: threads only slow such small networks down

from contextlib import contextmanager

import hypothesis
import pytest
import torch

from quiescent.config.load import load_config
from quiescent.config.schema import Config

# The same examples every time on the gate; elsewhere hypothesis goes on searching.
hypothesis.settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("gate")

# Tests of one file run in one process (`pytest -n`), so that what they share is made once; those on Slurm one after
# the other. The longest begin first, so that no process is left with one of them in the end.
LONGEST = ("test_sweep", "slurm", "test_paper", "test_training", "test_cli", "test_versions", "test_live")


def pytest_collection_modifyitems(items):
    groups = {}
    for item in items:
        group = "slurm" if "slurm" in item.path.stem else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
        groups.setdefault(group, []).append(item)
    first = [group for group in LONGEST if group in groups]
    items[:] = [item for group in dict.fromkeys([*first, *groups]) for item in groups[group]]


@contextmanager
def threads(number):
    """Let torch have so many threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.fixture
def tiny():
    """Make a configuration of a few units, cells, steps and batches; words override it."""

    def make(*words: str, name: str = "spatial_navigation/noisy_unbiased", cells: str = "place_cells") -> Config:
        defaults = {
            "network.units": 16,
            f"task.{cells}.number": 12,
            "task.steps": 8,
            "training.batches": 10,
            "training.batch_size": 10,
            "training.test_every": 4,
            "training.save_every": 3,
        }
        given = dict(word.split("=", 1) for word in words)
        return load_config(name, *(f"{key}={value}" for key, value in (defaults | given).items()))

    return make
