"""Memory that is used again for every batch: fresh pages cost more than the arithmetic on them."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor


class Scratch:
    """Hold arrays by name and hand them out again; each lane has its own."""

    def __init__(self) -> None:
        self._arrays: dict[str, Tensor] = {}

    def steps(self, name: str, steps: int, shape: Sequence[int], like: Tensor) -> Tensor:
        """Hand out an uninitialised array (step, *shape) of the type and device of `like`.

        In memory, the steps of one member lie side by side.
        """
        *members, trials, channels = shape
        return self.empty(name, (*members, steps, trials, channels), like, like.dtype).movedim(-3, 0)

    def empty(self, name: str, shape: Sequence[int], like: Tensor, dtype: torch.dtype) -> Tensor:
        """Hand out an uninitialised array of a shape and type on the device of `like`."""
        size = prod(shape)
        held = self._arrays.get(name)
        if held is None or len(held) < size or held.dtype != dtype or held.device != like.device:
            self._arrays[name] = held = like.new_empty(size, dtype=dtype)
        return held[:size].view(*shape)
