"""Independent random streams, one per seed and purpose."""

from typing import Literal, get_args

import numpy as np
import torch

Purpose = Literal[
    "cells",
    "weights",
    "training",
    "testing",
    "active",
    "quiescent",
    "quiescent inputs",
    "quiescent outputs",
    "measure",
]


def stream(seed: int, purpose: Purpose, device: torch.device | str = "cpu") -> torch.Generator:
    """Generator for one purpose of one seed; purposes and seeds never share numbers."""
    word = np.random.SeedSequence([seed, _number(purpose)]).generate_state(1, np.uint64)[0]
    # Halved, because not every device takes a seed beyond the signed 64-bit range.
    return torch.Generator(device=device).manual_seed(int(word >> np.uint64(1)))


def numpy_stream(seed: int, purpose: Purpose) -> np.random.Generator:
    """The same for NumPy, used by the estimators that draw points."""
    return np.random.default_rng([seed, _number(purpose)])


def _number(purpose: Purpose) -> int:
    return get_args(Purpose).index(purpose)
