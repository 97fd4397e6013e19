"""Order: are decoded paths more than a shuffled bag of places? The theory is silent, and readers ask.

Formula: `1 - a / b`, with a the mean displacement over a lag, and b that of the same paths with their steps permuted in
time.

Source: ours; the paper's reviewers asked for statistics of sequences.

Fails: as a sign of replay: whatever moves in small steps has order, as a random walk has. It tells a path from a bag of
places, and nothing more.
"""

import math

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Measure, Quantity, Values, behaviour
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING
from quiescent.spaces import Space
from quiescent.statistics import wasserstein_distance

LAGS = (1, 2, 5, 10, 20, 50)  # steps
POINTS = 20_000  # displacements that are compared


def lengths(paths: Float[np.ndarray, "time trial dim"], lag: int, space: Space) -> Float[np.ndarray, " pair"]:
    """Measure all displacements over a lag of which no end is NaN (m, or rad the short way round)."""
    if lag >= len(paths):
        return np.empty(0)
    points = paths.astype(float)
    values = np.linalg.norm(space.difference(points[lag:], points[:-lag]), axis=-1).ravel()
    return np.asarray(values[np.isfinite(values)])


def shuffled(
    paths: Float[np.ndarray, "time trial dim"], rng: np.random.Generator
) -> Float[np.ndarray, "time trial dim"]:
    """Permute the time of every path's steps: the places stay, their order goes."""
    order = rng.random(paths.shape[:2]).argsort(0)
    return np.asarray(np.take_along_axis(paths, order[..., None], axis=0))


def of(activity: Activity, active: Activity, rng: np.random.Generator) -> Values:
    """Compare displacements by lag, of decoded and of shuffled paths, with each other and with behaviour's."""
    names = ("displacement", "shuffled", "order", "to_behaviour", "shuffled_to_behaviour")
    table = {name: np.full(len(LAGS), np.nan) for name in names}
    null = shuffled(activity.decoded, rng)
    for column, lag in enumerate(LAGS):
        own, other, target = (
            _some(lengths(paths, lag, activity.space), rng) for paths in (activity.decoded, null, active.decoded)
        )
        if not len(own) or not len(other) or not len(target):
            continue
        table["displacement"][column] = own.mean()
        table["shuffled"][column] = other.mean()
        table["order"][column] = 1 - own.mean() / other.mean() if other.mean() > 0 else math.nan
        table["to_behaviour"][column] = wasserstein_distance(own, target)
        table["shuffled_to_behaviour"][column] = wasserstein_distance(other, target)
    return {"lags": np.array(LAGS) * activity.dt, **table}


def _some(values: Float[np.ndarray, " pair"], rng: np.random.Generator) -> Float[np.ndarray, " some"]:
    return values if len(values) <= POINTS else values[rng.integers(len(values), size=POINTS)]


MEASURE = Measure(
    phases=RESTING,
    quantities={
        "lags": Quantity("s", "lag", ("lag",), grid=True),
        "displacement": Quantity("length", "mean displacement", ("lag",)),
        "shuffled": Quantity("length", "mean displacement of shuffled paths", ("lag",)),
        "order": Quantity("", "1 - displacement / shuffled: 0 without order", ("lag",)),
        "to_behaviour": Quantity("length", "Wasserstein distance of displacements from behaviour's", ("lag",)),
        "shuffled_to_behaviour": Quantity("length", "Wasserstein distance of shuffled paths' displacements", ("lag",)),
    },
    of=of,
    learn=behaviour,
)
