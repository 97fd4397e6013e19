"""Independent random streams, one per seed and purpose."""

import zlib
from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from torch import Tensor

Purpose = Literal[
    "cells",
    "weights",
    "training",
    "testing",
    "active",
    "quiescent",
    "measure",
    "again",
    "watch",
    "kicked",
    "asleep",
]
BLOCK = 25  # trials that share one stream of noise: threads can then draw at the same time, and alike on any machine


class Streams(NamedTuple):
    """Random streams of one member: one for its trials, and one of noise for every block of them."""

    trials: torch.Generator
    noise: tuple[torch.Generator, ...]  # on a GPU one for all blocks

    def state(self) -> Tensor:
        """Read where the streams are, as bytes (stream byte)."""
        return torch.stack([generator.get_state() for generator in (self.trials, *self.noise)])

    def restore(self, state: Tensor) -> None:
        """Set the streams to where `state` says."""
        for generator, one in zip((self.trials, *self.noise), state, strict=True):
            generator.set_state(one.clone())  # it reads from the beginning of the storage


def open_streams(seed: int, purpose: Purpose, trials: int, device: torch.device) -> Streams:
    """Open fresh streams for `trials` trials of one member."""
    blocks = -(-trials // BLOCK) if device.type == "cpu" else 1
    noise = tuple(stream(seed, purpose, device, block=block + 1) for block in range(blocks))
    return Streams(stream(seed, purpose, device), noise)


def stream(seed: int, purpose: Purpose, device: torch.device | str = "cpu", block: int = 0) -> torch.Generator:
    """Open the generator for one purpose of one seed; purposes, seeds and blocks never share numbers."""
    word = np.random.SeedSequence([seed, _number(purpose), block]).generate_state(1, np.uint64)[0]
    # Halved, because not every device takes a seed beyond the signed 64-bit range.
    return torch.Generator(device=device).manual_seed(int(word >> np.uint64(1)))


def numpy_stream(seed: int, purpose: Purpose, *names: str) -> np.random.Generator:
    """Open NumPy's stream for one purpose of one seed, and of whatever else is named, such as a measure and a phase."""
    return np.random.default_rng([seed, _number(purpose), *(zlib.crc32(name.encode()) for name in names)])


def _number(purpose: Purpose) -> int:
    return get_args(Purpose).index(purpose)
