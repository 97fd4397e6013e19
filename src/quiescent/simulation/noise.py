"""Draws of input, recurrent and output noise, scaled and ready to be added."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from quiescent.machine.lanes import Share
from quiescent.networks.population import NetworkSettings
from quiescent.streams import BLOCK, Streams


def draw(
    out: Float[Tensor, "time *m trial channel"],
    stds: Sequence[float],
    settings: Sequence[NetworkSettings],
    streams: Sequence[Streams],
    share: Share,
) -> bool:
    """Fill `out` with noise for a share of a population's trials; false, and nothing done, where there is none.

    `stds`, `settings` and `streams` are those of all members. Every block of trials has its own
    stream, so that its noise does not depend on how trials are shared out, nor on other members.
    """
    if not any([stds[share.member]] if isinstance(share.member, int) else stds):
        return False
    for member, stream, part in _parts(out, streams, share):
        # On a CPU step by step, where numbers lie side by side; on a GPU all at once.
        for numbers in (part,) if part.is_cuda else part:
            if stds[member] == 0:
                numbers.zero_()
            elif settings[member].noise == "gaussian":
                numbers.normal_(0, stds[member], generator=stream)
            else:
                numbers.uniform_(0, stds[member], generator=stream)
    return True


def _parts(out: Tensor, streams: Sequence[Streams], share: Share) -> Iterator[tuple[int, Generator, Tensor]]:
    if not isinstance(share.member, int):
        for member, one in enumerate(streams):
            yield member, one.noise[0], out[:, member]
        return
    first = share.trials.start // BLOCK
    for block, part in enumerate(torch.split(out, BLOCK, dim=1), start=first):
        yield share.member, streams[share.member].noise[block], part
