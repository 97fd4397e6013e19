"""Draws of input, recurrent and output noise, scaled and ready to be added."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from quiescent.networks.population import NetworkSettings


class Noise(NamedTuple):
    """Additive noise of one simulation; None where every member's variance is zero."""

    inputs: Float[Tensor, "time member trial input"] | None = None
    recurrent: Float[Tensor, "time member trial unit"] | None = None
    outputs: Float[Tensor, "time member trial cell"] | None = None


def draw(
    shape: tuple[int, int, int],
    stds: Sequence[float],
    generators: Sequence[torch.Generator],
    settings: Sequence[NetworkSettings],
    dtype: torch.dtype,
) -> Float[Tensor, "time member trial channel"] | None:
    """Noise of shape (time, trial, channel) for every member, each from its own generator.

    A member without noise draws nothing. Members are drawn step by step, so that a long
    simulation gives the same numbers however it is cut into pieces.
    """
    steps, trials, channels = shape
    if not any(stds):
        return None
    noise = torch.zeros(steps, len(stds), trials, channels, dtype=dtype, device=generators[0].device)
    for member, (std, generator) in enumerate(zip(stds, generators, strict=True)):
        if std == 0:
            continue
        for step in noise[:, member]:
            if settings[member].noise == "gaussian":
                step.normal_(0, std, generator=generator)
            else:
                step.uniform_(0, std, generator=generator)
    return noise
