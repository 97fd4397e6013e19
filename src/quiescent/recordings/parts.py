"""Parts of a recording: what networks learn from, and what is held out for tests."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Int

Part = Literal["training", "held_out"]
PARTS: Mapping[Part, str] = {"training": "training", "held_out": "tests"}  # as messages say it
Starts = Mapping[Part, Int[np.ndarray, " start"]]


def starts_of_parts(lengths: Sequence[int], steps: int, held_out: float) -> Starts:
    """List the samples at which a trial may start: for training, and for tests, which get the end of a recording.

    A recording is stretches of so many samples, one after the other. What is held out are whole stretches if about as
    many samples as asked for can be had so (half too many or too few); otherwise one stretch is cut in two. No sample
    is in trials of both parts. Nothing held out: both are all there is.
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1])
    cut = total - round(held_out * total)
    nearest = int(ends[np.abs(ends - cut).argmin()])
    if abs(nearest - cut) <= held_out * total / 2 and nearest < total:
        cut = nearest
    edges = np.unique([0, *ends, cut])
    starts = np.concatenate([np.arange(first, last - steps) for first, last in itertools.pairwise(edges)])
    if not held_out:
        return {"training": starts, "held_out": starts}
    return {"training": starts[starts < cut], "held_out": starts[starts >= cut]}
