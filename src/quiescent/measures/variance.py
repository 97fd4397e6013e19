"""Output variance: how much ground one quiescent path covers.

Formula: the trace of the covariance over time of one path's positions; of headings `1 - |mean exp(i heading)|`; the
mean over paths.

Source: Krishna et al. (2024), Fig. 2f.

Fails: as a sign of replay: white noise through the read-out, and a faded code that decodes to anywhere, have a high
variance as well. It says nothing of where paths go.
"""

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Measure, Quantity, per_trial
from quiescent.quiescence.phases import REST, noise_added
from quiescent.spaces import Space


def variance(paths: Float[np.ndarray, "time trial dim"], space: Space) -> Float[np.ndarray, " trial"]:
    """Compute the variance over time of every path.

    In a box that is the trace of the covariance (m^2), of headings the circular variance, 1 minus the mean resultant
    length, in [0, 1]. Steps that are NaN do not count; NaN for a path of which fewer than two steps do.
    """
    if len(paths) < 2:
        raise ValueError(f"the variance of a path needs two steps or more, but got {len(paths)}")
    return space.spread(paths)


MEASURE = Measure(
    phases={"quiescent": REST, "noise_added": noise_added(REST)},
    quantities={"variance": Quantity("spread", "variance of a path", error=True)},
    of=per_trial(variance=variance),
    horizon=(1000, 2000),
)
