"""Configurations small enough to train in a blink."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: threads only slow such small networks down

from contextlib import contextmanager
from dataclasses import replace

import hypothesis
import pytest
import torch

from quiescent.config.load import load_config
from quiescent.config.schema import Config
from quiescent.measures import MEASURES, topology, tuning
from quiescent.studies.paper.experiments import Scale
from quiescent.studies.paper.measures import sized

pytest_plugins = ["live", "typed"]  # fixtures that files share

# The same examples every time on the gate; elsewhere hypothesis goes on searching.
hypothesis.settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("gate")

# With `pytest -n` the tests of one file run in one process, so that what they share is made once. The longest files
# begin first, so that no process is left with one of them in the end.
LONGEST = (
    "test_wheel",
    "test_slurm",
    "test_paper",
    "test_grid",
    "test_sweep_stopped",
    "test_sweep_killed",
    "test_sweep",
    "test_train_measure_draw",
)


def pytest_collection_modifyitems(items):
    files = {}
    for item in items:
        files.setdefault(item.path.stem, []).append(item)
    first = [file for file in LONGEST if file in files]
    items[:] = [item for file in dict.fromkeys([*first, *files]) for item in files[file]]


@contextmanager
def threads(number):
    """Let torch have so many threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Let nulls have few draws, of which each takes a while."""
    monkeypatch.setattr(topology, "DRAWS", 4)
    monkeypatch.setattr(tuning, "SHUFFLES", 4)


@pytest.fixture
def few_trials(monkeypatch):
    """Let every measure observe a tenth of its trials."""
    for name, measure in MEASURES.items():
        phases = {label: sized(phase, Scale("few", {}, trials=0.1)) for label, phase in measure.phases.items()}
        monkeypatch.setitem(MEASURES, name, replace(measure, phases=phases))


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
