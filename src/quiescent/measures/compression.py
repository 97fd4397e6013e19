"""Compression: how much faster than behaviour does a path move at rest?

Jitter of decoding adds to the length of a path at every step, and has no part in how far it gets: so speed is measured
over longer lags as well, as the length of the displacement. White noise is fastest of all over one step, and its speed
falls as 1/lag.

Formula: `mean |x(t + lag) - x(t)| / (lag dt)` at rest over that of decoded behaviour, for one step and lags of 0.2, 0.5
and 1 s.

Source: ours; compression of replay is usual in physiology.

Fails: over one step, where jitter counts as speed: white noise is fastest of all. Over long lags a path that turns, or
meets walls, is slower than it runs.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Space
from quiescent.statistics import mean, over_time

LAGS = (0.2, 0.5, 1.0)  # s, beside one step


class Awake(NamedTuple):
    """Lags, and the speed of behaviour over each."""

    lags: Int[np.ndarray, " lag"]  # steps
    speeds: Float[np.ndarray, " lag"]  # m/s or rad/s


def speeds(
    paths: Float[np.ndarray, "time trial dim"], space: Space, dt: float, lags: Int[np.ndarray, " lag"]
) -> Float[np.ndarray, "lag trial"]:
    """Average the length of displacements per time, of every path over every lag (m/s or rad/s).

    Over one step it is the length of the path per second. Displacements with an end that is NaN do not count.
    """
    points = space.unwrapped(paths.astype(float))
    table = np.full((len(lags), paths.shape[1]), np.nan)
    for row, lag in zip(table, lags, strict=True):
        if lag < len(points):
            row[:] = over_time(np.linalg.norm(points[lag:] - points[:-lag], axis=-1)) / (lag * dt)
    return table


def awake(phases: Activities) -> Awake:
    """Learn the decoded speed of behaviour over every lag; in steps that are longer, a lag is one step."""
    active = phases["active"]
    lags = np.array([1, *(max(1, round(lag / active.dt)) for lag in LAGS)])
    table = speeds(active.decoded, active.space, active.dt, lags)
    return Awake(lags, np.array([mean(row) for row in table]))


def of(activity: Activity, known: Awake, _: np.random.Generator) -> Values:
    """Compute speeds over one step and longer lags, and over those of behaviour."""
    table = speeds(activity.decoded, activity.space, activity.dt, known.lags)
    with np.errstate(invalid="ignore", divide="ignore"):  # behaviour that is decoded as one place has no speed
        ratio = np.where(known.speeds[:, None] > 0, table / known.speeds[:, None], np.nan)
    return {
        "lags": known.lags * activity.dt,
        "speed": PerTrial(table[0]),
        "compression": PerTrial(ratio[0]),
        "net_speed": PerTrial(table),
        "net_compression": PerTrial(ratio),
    }


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "lags": Quantity("s", "lag", ("lag",), grid=True),
        "speed": Quantity("length/s", "length of the path per second, jitter included", error=True),
        "compression": Quantity("", "length of the path per second over behaviour's, jitter included", error=True),
        "net_speed": Quantity("length/s", "displacement over a lag, per second", ("lag",), error=True),
        "net_compression": Quantity("", "displacement over a lag over behaviour's", ("lag",), error=True),
    },
    of=of,
    learn=awake,
)
