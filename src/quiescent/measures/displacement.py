"""Mean squared displacement: does a path at rest go anywhere, and does it diffuse?

Formula: `msd(lag) = mean |x(t + lag) - x(t)|^2` over steps and paths; from the growth G of `msd` between a lag and its
double, `D = G / (2 dim lag)` and the exponent `log2 G(2 lag) / G(lag)`: jitter cancels in G.

Source: the usual definitions; taking jitter out by growth is ours (`measures/motion.py`).

Fails: where walls, jitter or few paths leave nothing to see: D and exponent are then NaN. `msd` and `msd_100` are as
decoded: jitter adds to them, and walls take away.
"""

import numpy as np

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.measures.motion import Lags, displacement, motion_of
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.statistics import log_spaced

NUMBER = 24  # of lags in a curve
FAR = 100  # steps, the lag that conditions are compared at


def log_lags(steps: int) -> Lags:
    """Choose distinct lags from one step to half of a path."""
    return log_spaced(steps // 2, NUMBER)


def lags_of(phases: Activities) -> Lags:
    """Choose the lags for the longest of some phases."""
    return log_lags(max(len(activity.decoded) for activity in phases.values()))


def of(activity: Activity, lags: Lags, rng: np.random.Generator) -> Values:
    """Compute displacement against lag and after 100 steps, jitter included; and what there is without jitter.

    Diffusion constant and exponent are NaN where jitter, walls or too few paths do not let them be measured.
    """
    paths, space = activity.decoded, activity.space
    far = displacement(paths, np.array([min(FAR, len(paths) - 1)]), space)[0]
    motion = motion_of(paths, space, activity.dt, rng)
    return {
        "lags": lags * activity.dt,
        "msd": PerTrial(displacement(paths, np.where(lags <= len(paths) // 2, lags, 10**9), space)),
        "msd_100": PerTrial(far),
        "exponent": motion.exponent,
        "diffusion": motion.measured,
        "diffusion_high": motion.most,
        "jitter": motion.jitter_std,
    }


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "lags": Quantity("s", "lag", ("lag",), grid=True),
        "msd": Quantity("length^2", "mean squared displacement", ("lag",), error=True),
        "msd_100": Quantity("length^2", f"mean squared displacement after {FAR} steps, or all of a shorter path"),
        "exponent": Quantity("", "diffusion exponent, without jitter", error=True),
        "diffusion": Quantity("length^2/s", "diffusion constant, without jitter", error=True),
        "diffusion_high": Quantity("length^2/s", "largest diffusion constant within errors"),
        "jitter": Quantity("length", "standard deviation of jitter, in one dimension"),
    },
    of=of,
    learn=lags_of,
)
