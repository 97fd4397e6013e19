"""A contestant's side of a contest: show loss and gradient once, then train one batch whenever asked to.

Needs NumPy only, so that contestants may live in environments without this package.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np


def problem(folder: str) -> dict[str, np.ndarray]:
    """Read what every contestant is given: weights, trials, noise, cells and settings, by name."""
    with np.load(Path(folder) / "problem.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def take_turns(folder: str, shown: Mapping[str, np.ndarray], about: str, batch: Callable[[], float]) -> None:
    """Write loss and gradients, say what the contestant is made of, then answer each line with a batch's cost (s)."""
    np.savez(Path(folder) / "shown.npz", **shown)
    print(json.dumps({"about": about}), flush=True)
    for _ in sys.stdin:
        wall, processor = time.perf_counter(), time.process_time()
        batch()
        cost = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
        print(json.dumps(cost), flush=True)
