"""Samples of input, recurrent and output noise, scaled and ready to be added."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from quiescent.machine.lanes import Share
from quiescent.networks import NoiseLevels
from quiescent.streams import BLOCK, Streams


def fill_noise(
    out: Float[Tensor, "time *m trial channel"],
    stds: Sequence[float],
    noise: Sequence[NoiseLevels],
    streams: Sequence[Streams],
    share: Share,
) -> bool:
    """Fill `out` with noise for a share of a population's trials; false, and nothing done, where there is none.

    `stds`, `noise` (its shape) and `streams` are those of all members. Every block of trials has its own stream, so
    that its noise does not depend on how trials are shared out, nor on other members.
    """
    if not any([stds[share.member]] if isinstance(share.member, int) else stds):
        return False
    for member, stream, part in _parts(out, streams, share):
        # On a CPU step by step, where numbers lie side by side; on a GPU all at once.
        for numbers in (part,) if part.is_cuda else part:
            if stds[member] == 0:
                numbers.zero_()
            elif noise[member].shape == "gaussian":
                numbers.normal_(0, stds[member], generator=stream)
            else:
                numbers.uniform_(0, stds[member], generator=stream)
    return True


def _parts(out: Tensor, streams: Sequence[Streams], share: Share) -> Iterator[tuple[int, Generator, Tensor]]:
    """Split an array into the parts that have a stream of their own, each with its member and that stream."""
    if not isinstance(share.member, int):
        for member, streams_of_member in enumerate(streams):
            yield member, streams_of_member.noise[0], out[:, member]
        return
    first = share.trials.start // BLOCK
    for block, part in enumerate(torch.split(out, BLOCK, dim=1), start=first):
        yield share.member, streams[share.member].noise[block], part
