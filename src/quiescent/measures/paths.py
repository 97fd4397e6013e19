"""Decoded trajectories of every phase, a few of them, to be drawn.

Formula: the first 12 decoded paths, as they are.

Source: Krishna et al. (2024), Figs. 1, 2 and C.3.

Fails: as evidence: 12 paths show what can happen, and not how often.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING

SHOWN = 12


class Frame(NamedTuple):
    """The true paths of behaviour, and the number of steps of the longest phase."""

    truth: Float[np.ndarray, "time trial dim"]
    steps: int


def frame_of(phases: Activities) -> Frame:
    """Find how many steps fit the longest phase."""
    truth = phases["active"].truth
    assert truth is not None
    return Frame(truth, max(len(activity.decoded) for activity in phases.values()))


def of(activity: Activity, frame: Frame, _: np.random.Generator) -> Values:
    """Take the first decoded paths, and behaviour's true ones (m or rad)."""
    return {
        "times": np.arange(1, frame.steps + 1) * activity.dt,
        "paths": _padded(activity.decoded, frame.steps),
        "truth": _padded(frame.truth, frame.steps),
    }


def _padded(paths: Float[np.ndarray, "time trial dim"], steps: int) -> Float[np.ndarray, "steps shown dim"]:
    padded = np.full((steps, SHOWN, paths.shape[-1]), np.nan, np.float32)
    shown = paths[:, :SHOWN]
    padded[: len(paths), : shown.shape[1]] = shown
    return padded


MEASURE = Measure(
    phases=RESTING,
    quantities={
        "times": Quantity("s", "time", ("time",), grid=True),
        "paths": Quantity("length", "decoded paths", ("time", "trial", "dim")),
        "truth": Quantity("length", "true paths of behaviour", ("time", "trial", "dim"), once=True),
    },
    of=of,
    learn=frame_of,
    horizon=(0, 500),  # the longest path that Krishna et al. (2024) draw, in Fig. C.5
    windows=False,
)
