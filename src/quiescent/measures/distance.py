"""Step-wise distance: how far a decoded path moves per step."""

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Measure, Quantity, per_trial
from quiescent.quiescence.activity import Rest
from quiescent.quiescence.phases import BEHAVIOUR, noise_added
from quiescent.spaces import Space
from quiescent.statistics import over_time


def distance(paths: Float[np.ndarray, "time trial dim"], space: Space) -> Float[np.ndarray, " trial"]:
    """Average the distance between successive points of every path (m, or rad the short way round).

    A step counts if neither of its ends is NaN; NaN for a path without such steps.
    """
    if len(paths) < 2:
        raise ValueError(f"the step distance of a path needs two steps or more, but got {len(paths)}")
    points = paths.astype(float)
    return over_time(np.linalg.norm(space.difference(points[1:], points[:-1]), axis=-1))


SHORT = Rest(trials=200, steps=100)
MEASURE = Measure(
    phases={"active": BEHAVIOUR, "quiescent": SHORT, "noise_added": noise_added(SHORT)},
    quantities={"distance": Quantity("length", "distance per step", error=True)},
    of=per_trial(distance=distance),
)
