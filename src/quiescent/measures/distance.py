"""Step-wise distance: how far a decoded path moves per step.

Formula: the mean over steps of `|x(t + 1) - x(t)|`, of headings the short way round; the mean over paths.

Source: Krishna et al. (2024), Fig. C.4.

Fails: as a speed: a read-out jumps between the centres of cells, and that jitter counts at every step (`compression`
looks at longer lags).
"""

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import REST, RESTING, noise_added
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


def of(activity: Activity, _known: None, _: np.random.Generator) -> Values:
    """Average the steps of every path; boxes of all paths of all seeds are drawn from `per_path`."""
    values = distance(activity.decoded, activity.space)
    return {"distance": PerTrial(values), "per_path": values.astype(np.float32)}


MEASURE = Measure(
    # What the authors' code adds to networks that learned without noise is uniform, which these know nothing of.
    phases=RESTING | {"uniform_added": noise_added(REST)._replace(shape="uniform")},
    quantities={
        "distance": Quantity("length", "distance per step", error=True),
        "per_path": Quantity("length", "distance per step of every path", ("trial",)),
    },
    of=of,
    horizon=(0, 100),
)
