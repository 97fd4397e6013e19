"""Autocorrelation: for how long does a decoded path remember where it was?

The mean and the variance are those of all places of the phase, over all its paths and steps: its stationary density, if
it has one. Those of single paths would bias every path that is not much longer than its memory (by about twice the
correlation time over its length), and those of behaviour would turn every difference between both densities, which
`kl` and `variance` measure, into a correlation that never ends. Headings are points of a circle: where they are spread
evenly, the autocorrelation is the mean cosine of their differences. Paths that stand at different places have an
autocorrelation of 1 at every lag; where all stand at one place, it is not defined (NaN).

Formula: `C(lag) = mean of (x(t) - m) . (x(t + lag) - m) / v` over steps and paths, with m and v the mean and total
variance of all places of the phase; correlation time: the sum of C over lags 1, 2, ... up to the first lag that is 5
times as long as that sum and half a step.

Source: Sokal (1997), for where the sum ends.

Fails: for paths shorter than ten correlation times, whose time is NaN. Jitter lowers C at every lag but 0; a path that
stands remembers for ever, and one between walls forgets sooner than one without.
"""

import math

import numpy as np
from jaxtyping import Float

from quiescent.measures.displacement import lags_of
from quiescent.measures.measure import Measure, PerTrial, Quantity, Values
from quiescent.measures.motion import Lags
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Space
from quiescent.statistics import RESAMPLES, Estimate, points_of

WIDE = 5  # correlation times, at least, over which the autocorrelation is summed (Sokal 1997)
FAR = 50  # steps, the lag that conditions are compared at
SMALLEST = 1e-12  # variance of places that are all the same, in float32 (m^2)


def autocorrelation(paths: Float[np.ndarray, "time trial dim"], space: Space) -> Float[np.ndarray, "lag trial"]:
    """Average, for every path, the products of deviations 0, 1, 2, ... steps apart, over the variance of all places.

    Lags go up to half of a path. Pairs of steps count if neither is NaN; NaN for lags without pairs. Only the mean over
    many paths is an autocorrelation.
    """
    points = space.embedded(paths.astype(float))
    counts, places = np.isfinite(points).all(-1), points_of(points)
    if len(places) < 2 or (variance := float(places.var(0).sum())) < SMALLEST:
        return np.full((len(paths) // 2 + 1, paths.shape[1]), np.nan)
    products = _pairs(np.where(counts[..., None], points - places.mean(0), 0)).sum(-1)
    numbers = np.rint(_pairs(counts.astype(float)))
    return np.where(numbers > 0, products / np.maximum(numbers, 1) / variance, np.nan)


def _pairs(values: Float[np.ndarray, " time *shape"]) -> Float[np.ndarray, " lag *shape"]:
    """Sum the products of all values that are so many steps apart (Wiener-Khinchin)."""
    spectrum = np.fft.rfft(values, 2 * len(values), axis=0)
    return np.fft.irfft(np.square(np.abs(spectrum)), axis=0)[: len(values) // 2 + 1]


def correlation_time(correlations: Float[np.ndarray, "lag trial"], rng: np.random.Generator) -> Estimate:
    """Sum the autocorrelation over lags of 1, 2, ... steps, in steps, with its error over resampled whole paths.

    The sum ends at the first lag that is 5 times as long as itself and half a step, since beyond there is only noise
    (Sokal 1997). White noise has 0, and `e^(-t / tau)` about tau minus half a step. NaN where no lag is that long: the
    paths are shorter than ten correlation times, as those of paths that stand are.
    """
    counts = np.isfinite(correlations).astype(float)
    number = correlations.shape[1]
    weights = np.vstack([np.ones(number), rng.multinomial(number, np.full(number, 1 / number), RESAMPLES)])
    mass = weights @ counts.T
    sums = np.cumsum(weights @ np.nan_to_num(correlations).T / np.where(mass > 0, mass, np.nan), axis=1)
    enough = np.arange(1, sums.shape[1] + 1) >= WIDE * (0.5 + sums)
    if not enough[0].any():
        return Estimate(math.nan, math.nan)
    ends = enough[0].argmax()  # one end for all: samples differ by noise only
    return Estimate(float(sums[0, ends]), float(sums[1:, ends].std(ddof=1)))


def of(activity: Activity, lags: Lags, rng: np.random.Generator) -> Values:
    """Compute the autocorrelation against lag, and the correlation time (s) from all lags up to half of a path."""
    every = autocorrelation(activity.decoded, activity.space)
    curve = np.full((len(lags), every.shape[1]), np.nan)
    curve[lags < len(every)] = every[lags[lags < len(every)]]
    time = correlation_time(every[1:], rng)
    return {
        "lags": lags * activity.dt,
        "autocorrelation": PerTrial(curve),
        "time": Estimate(time.value * activity.dt, time.stderr * activity.dt),
        "after_50": PerTrial(every[min(FAR, len(every) - 1)]),
    }


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "lags": Quantity("s", "lag", ("lag",), grid=True),
        "autocorrelation": Quantity("", "autocorrelation", ("lag",), error=True),
        "time": Quantity("s", "correlation time", error=True),
        "after_50": Quantity("", f"autocorrelation after {FAR} steps, or half of a shorter path", error=True),
    },
    of=of,
    learn=lags_of,
)
