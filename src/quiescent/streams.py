"""Independent random streams, one per seed and purpose."""

from typing import Literal

import numpy as np
import torch

Purpose = Literal["cells", "weights", "training", "testing", "active", "quiescent", "measure"]
_NUMBER: dict[str, int] = {
    "cells": 0,
    "weights": 1,
    "training": 2,
    "testing": 3,
    "active": 4,
    "quiescent": 5,
    "measure": 6,
}


def stream(seed: int, purpose: Purpose, device: torch.device | str = "cpu") -> torch.Generator:
    """Generator for one purpose of one seed; purposes and seeds never share numbers."""
    word = np.random.SeedSequence([seed, _NUMBER[purpose]]).generate_state(1, np.uint64)[0]
    # The generator takes any 64-bit seed; halving keeps it in the signed range of every device.
    return torch.Generator(device=device).manual_seed(int(word >> np.uint64(1)))


def numpy_stream(seed: int, purpose: Purpose) -> np.random.Generator:
    """The same for NumPy, used by the estimators that draw points."""
    return np.random.default_rng([seed, _NUMBER[purpose]])
