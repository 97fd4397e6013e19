"""Output variance: how much ground one quiescent path covers."""

import numpy as np
from jaxtyping import Float

from quiescent.activity import Rest
from quiescent.measures.measure import Measure, mean_over_trials


def variance(paths: Float[np.ndarray, "time trial dim"], *, circular: bool = False) -> Float[np.ndarray, " trial"]:
    """Total variance over time of every path: the trace of its covariance (m^2).

    For angles the circular variance, 1 minus the mean resultant length, in [0, 1].
    """
    if len(paths) < 2:
        raise ValueError(f"the variance of a path needs two steps or more, but got {len(paths)}")
    if circular:
        return np.asarray(1 - np.abs(np.exp(1j * paths[..., 0].astype(float)).mean(0)))
    return np.asarray(paths.astype(float).var(axis=0, ddof=1).sum(-1))


MEASURE = Measure(
    phases={
        "quiescent": Rest(trials=500, steps=2000, burn_in=1000),
        "noisy": Rest(trials=500, steps=2000, burn_in=1000, noise="absolute", only_noise_free=True),
    },
    compute=mean_over_trials(variance, unit="m^2", circular_unit=""),
)
