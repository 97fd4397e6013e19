"""Mean squared displacement: does a path at rest go anywhere, and does it diffuse?"""

import math

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Space
from quiescent.statistics import RESAMPLES, Estimate, log_spaced, mean, over_time

NUMBER = 24  # of lags in a curve
FITTED = (10, 100)  # steps, the lags whose slope is the exponent
SHORT = 10  # steps, the lags that give the diffusion constant
FAR = 100  # steps, the lag that conditions are compared at

Lags = Int[np.ndarray, " lag"]


def displacement(
    paths: Float[np.ndarray, "time trial dim"], lags: Lags, space: Space
) -> Float[np.ndarray, "lag trial"]:
    """Average the squared displacement of every path at every lag (m^2, or rad^2 of the unwrapped heading).

    A pair of steps counts if neither is NaN; NaN for lags without pairs.
    """
    points = space.unwrapped(paths.astype(float))
    squares = np.full((len(lags), paths.shape[1]), np.nan)
    for row, lag in zip(squares, lags, strict=True):
        if lag < len(points):
            row[:] = over_time(np.square(points[lag:] - points[:-lag]).sum(-1))
    return squares


def log_lags(steps: int) -> Lags:
    """Choose distinct lags from one step to half of a path."""
    return log_spaced(steps // 2, NUMBER)


def exponent(msd: Float[np.ndarray, " lag"], lags: Lags) -> float:
    """Fit the slope of log displacement on log lag: 0 for a path that stays, 1 for diffusion, 2 for a straight line."""
    fine = (lags >= FITTED[0]) & (lags <= FITTED[1]) & np.isfinite(msd)
    fine &= np.where(fine, msd, 0) > 0
    if fine.sum() < 3:
        return math.nan
    return float(np.polyfit(np.log(lags[fine]), np.log(msd[fine]), 1)[0])


def diffusion(msd: Float[np.ndarray, " lag"], lags: Lags, dim: int, dt: float) -> float:
    """Fit the constant D of `msd = 2 dim D t` (m^2/s or rad^2/s) by least squares over short lags."""
    fine = (lags <= SHORT) & np.isfinite(msd)
    time = 2 * dim * lags[fine] * dt
    return float(time @ msd[fine] / (time @ time)) if fine.any() else math.nan


def lags_of(phases: Activities) -> Lags:
    """Choose the lags for the longest of some phases."""
    return log_lags(max(len(activity.decoded) for activity in phases.values()))


def of(activity: Activity, lags: Lags, rng: np.random.Generator) -> Values:
    """Compute displacement against lag, its exponent and diffusion constant, and the displacement after 100 steps."""
    paths, space = activity.decoded, activity.space
    trials = displacement(paths, np.where(lags <= len(paths) // 2, lags, 10**9), space)
    msd = np.array([mean(row) for row in trials])
    far = displacement(paths, np.array([min(FAR, len(paths) - 1)]), space)[0]
    return {
        "lags": lags * activity.dt,
        "msd": PerTrial(trials),
        "exponent": Estimate(exponent(msd, lags), _exponent_error(trials, lags, rng)),
        "diffusion": diffusion(msd, lags, paths.shape[-1], activity.dt),
        "msd_100": PerTrial(far),
    }


def _exponent_error(trials: Float[np.ndarray, "lag trial"], lags: Lags, rng: np.random.Generator) -> float:
    values = []
    for _ in range(RESAMPLES // 4):
        chosen = trials[:, rng.integers(trials.shape[1], size=trials.shape[1])]
        values.append(exponent(np.array([mean(row) for row in chosen]), lags))
    finite = np.array(values)[np.isfinite(values)]
    return float(finite.std(ddof=1)) if len(finite) > 1 else math.nan


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "lags": Quantity("s", "lag", ("lag",), grid=True),
        "msd": Quantity("length^2", "mean squared displacement", ("lag",), error=True),
        "exponent": Quantity("", "diffusion exponent", error=True),
        "diffusion": Quantity("length^2/s", "diffusion constant"),
        "msd_100": Quantity("length^2", f"mean squared displacement after {FAR} steps, or all of a shorter path"),
    },
    of=of,
    learn=lags_of,
)
