"""Output variance: how much ground one quiescent path covers."""

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Measure, mean_over_trials
from quiescent.quiescence.activity import Rest


def variance(paths: Float[np.ndarray, "time trial dim"], *, circular: bool = False) -> Float[np.ndarray, " trial"]:
    """Total variance over time of every path: the trace of its covariance (m^2).

    For angles the circular variance, 1 minus the mean resultant length, in [0, 1]. Steps that are
    NaN do not count; NaN for a path of which fewer than two steps do.
    """
    if len(paths) < 2:
        raise ValueError(f"the variance of a path needs two steps or more, but got {len(paths)}")
    counts = np.isfinite(paths).all(-1)
    number = counts.sum(0)
    enough = np.where(number > 1, number, 2)
    if circular:
        turns = np.where(counts, np.exp(1j * np.nan_to_num(paths[..., 0].astype(float))), 0)
        values = 1 - np.abs(turns.sum(0) / enough)
    else:
        points = np.where(counts[..., None], paths.astype(float), 0)
        centred = np.where(counts[..., None], points - points.sum(0) / enough[:, None], 0)
        values = np.square(centred).sum((0, 2)) / (enough - 1)
    return np.where(number > 1, values, np.nan)


MEASURE = Measure(
    phases={
        "quiescent": Rest(trials=500, steps=2000, burn_in=1000),
        "noisy": Rest(trials=500, steps=2000, burn_in=1000, noise="absolute", only_noise_free=True),
    },
    compute=mean_over_trials("variance", variance, unit="m^2", circular_unit=""),
)
