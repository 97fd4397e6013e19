"""Lyapunov exponents: do small differences between states of a resting network grow, last, or die away?

On a manifold of states that all last, differences along it neither grow nor shrink, and its dimension is the number
of exponents at 0. Networks without a scale have one more: whatever their states do, differences in size grow as
the norm does.

Formula: the mean over steps of `log |J v| / |v|`, of vectors v that are made orthonormal anew at every step (QR), with
J the derivative of the step at the state before it; without noise, and with one noise for all.

Source: Benettin et al. (1980); Kaplan & Yorke (1979).

Fails: for paths too short to settle (`first_half`, `change`), and where a state fades to 0, at which a rectified
network has no single derivative. One exponent of a network without a scale is only the growth of its norm.
"""

import math

import numpy as np
from jaxtyping import Float

from quiescent.dynamics.lyapunov import kaplan_yorke
from quiescent.measures.measure import Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, Inside
from quiescent.quiescence.inside.lyapunov import Growths
from quiescent.statistics import Estimate

PATHS, STEPS = 4, 2000
SKIPPED = 1 / 10  # of a path, in which vectors turn to where differences grow


def of(activity: Activity, _known: object, _: np.random.Generator) -> Values:
    """Average growth over a path, its first half apart; errors are over paths."""
    growths = activity.inside
    assert isinstance(growths, Growths)
    begin, end = int(SKIPPED * len(growths.norm)), len(growths.norm)
    middle = max(begin + 1, (begin + end) // 2)
    whole, half = (_falling(growths.differences[begin:until].mean(0)) for until in (end, middle))
    exponents, largest = _over_paths(whole), _over_paths(whole[:, 0])
    return {
        "exponents": exponents,
        "first_half": _over_paths(half),
        "largest": largest,
        "largest_per_tau": _scaled(largest, 1 / growths.step),
        "largest_per_second": _scaled(largest, 1 / activity.dt),
        "change": _over_paths(whole[:, 0] - half[:, 0]),
        "norm_growth": _over_paths(growths.norm[begin:].mean(0)),
        "kaplan_yorke": kaplan_yorke(np.asarray(exponents.value), int(growths.units)),
    }


def _falling(values: Float[np.ndarray, "path exponent"]) -> Float[np.ndarray, "path exponent"]:
    return -np.sort(-values, -1)


def _over_paths(values: Float[np.ndarray, "path ..."]) -> Estimate:
    paths = len(values)
    spread = values.std(0, ddof=1) if paths > 1 else values[0] + math.nan
    return Estimate(values.mean(0), spread / math.sqrt(paths))


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(factor * estimate.value, factor * estimate.stderr)


MEASURE = Measure(
    phases={
        "noise_free": Inside("lyapunov", PATHS, STEPS),
        "same_noise": Inside("lyapunov_noisy", PATHS, STEPS),
    },
    quantities={
        "exponents": Quantity("1/step", "Lyapunov exponents, the largest first", ("exponent",), error=True),
        "first_half": Quantity("1/step", "exponents over the first half of every path", ("exponent",), error=True),
        "largest": Quantity("1/step", "largest exponent", error=True),
        "largest_per_tau": Quantity("1/tau", "largest exponent", error=True),
        "largest_per_second": Quantity("1/s", "largest exponent", error=True),
        "change": Quantity("1/step", "what the whole path adds to the largest exponent of its first half", error=True),
        "norm_growth": Quantity("1/step", "growth of the logarithm of the states' norm", error=True),
        "kaplan_yorke": Quantity("", "Kaplan-Yorke dimension"),
    },
    of=of,
    readings=False,
    windows=False,
    hidden=True,
)
