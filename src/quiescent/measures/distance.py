"""Step-wise distance: how far a decoded path moves per step."""

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Measure, mean_over_trials, over_time
from quiescent.quiescence.activity import Active, Rest


def distance(paths: Float[np.ndarray, "time trial dim"], *, circular: bool = False) -> Float[np.ndarray, " trial"]:
    """Mean distance between successive points of every path (m, or rad the short way round).

    A step counts if both its ends are there (not NaN); NaN for a path without such steps.
    """
    if len(paths) < 2:
        raise ValueError(f"the step distance of a path needs two steps or more, but got {len(paths)}")
    steps = np.diff(paths.astype(float), axis=0)
    if circular:
        steps = np.remainder(steps + np.pi, 2 * np.pi) - np.pi
    return over_time(np.linalg.norm(steps, axis=-1))


MEASURE = Measure(
    phases={
        "active": Active(trials=200),
        "quiescent": Rest(trials=200, steps=100),
        "noisy": Rest(trials=200, steps=100, noise="absolute", only_noise_free=True),
    },
    compute=mean_over_trials("distance", distance, unit="m", circular_unit="rad"),
)
