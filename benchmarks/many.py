"""Parts of the benchmark that have thousands of networks: their list, and the plan of a grid."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import yaml
from timing import seconds

from quiescent.config.grid import expand, values_of
from quiescent.config.load import load_config
from quiescent.config.named import merge, read_named
from quiescent.config.schema import Config
from quiescent.machine.lanes import Lanes
from quiescent.runs.log import Metrics
from quiescent.runs.run import Run, all_runs
from quiescent.terminal.tables import runs_table
from quiescent.training.loop import train_batch
from quiescent.training.state import initial_state, save

CPU = torch.device("cpu")
NAVIGATION = "spatial_navigation/noisy_unbiased"
LISTED = 5000  # runs
GRID = {"seed": "0..99", "network.units": "16,32,64,128", "network.sigma2_rec": "1e-5,2e-5,3e-5,4e-5,5e-5"}


def listing_ours() -> float:
    """Time the table of 5,000 runs."""
    with run_folders(LISTED) as folder:
        return seconds(lambda: runs_table(all_runs(folder)), 1, 0)


def listing_textbook() -> float:
    """Time reading all that 5,000 runs hold: settings, log and the newest checkpoint."""
    with run_folders(LISTED) as folder:

        def work() -> None:
            for run in all_runs(folder):
                run.settings(), run.metrics(), run.load_checkpoint()

        return seconds(work, 1, 0)


def grid_ours() -> float:
    """Time the expansion of a grid of 2,000 networks."""
    return seconds(lambda: expand([NAVIGATION, *(f"{key}={values}" for key, values in GRID.items())]), 1, 0)


def grid_textbook() -> float:
    """Time reading 2,000 configurations, word by word."""

    def work() -> None:
        for seed, units, sigma2 in itertools.product(*(values_of(values) for values in GRID.values())):
            network = {"units": yaml.safe_load(units), "sigma2_rec": float(sigma2)}
            values = {"name": NAVIGATION, "seed": yaml.safe_load(seed), "network": network}
            Config.model_validate(merge(read_named(NAVIGATION), values))

    return seconds(work, 1, 0)


@contextmanager
def run_folders(number: int) -> Iterator[Path]:
    """Make so many small finished runs, of 50 seeds each."""
    (config,) = load_config(
        NAVIGATION, "network.units=64", "task.place_cells.number=64", "training.batches=1"
    ).members()
    state = initial_state([config], CPU)
    with Lanes(CPU) as lanes:
        train_batch(state, lanes)
    with tempfile.TemporaryDirectory() as folder:
        for at in range(number):
            run = Run(Path(folder) / f"condition_{at // 50}" / f"seed_{at % 50}")
            run.folder.mkdir(parents=True)
            own = config.model_copy(update={"seed": (at % 50,)})
            (run.folder / "config.yaml").write_text(own.to_yaml(), encoding="utf-8")
            run.append_metrics(Metrics(1, 0.1, 0.01))
            save(state, 0, run, 1)
        yield Path(folder)
