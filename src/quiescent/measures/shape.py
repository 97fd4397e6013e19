"""Shape and amplitude of the code at rest: does a read-out keep its form, and its size?

Without input and bias a network of rectified linear units is positively homogeneous, `F(c r) = c F(r)` for c > 0: it
cannot pull its own norm back to that of behaviour, so that its code fades or grows geometrically. Decoding does not
see that; noise of a given size then drowns the code, or vanishes beside it.

Formula: shape distance `1 - max_x cos^2(y, f(x))` of a read-out y from the code f of the nearest place x; amplitude
`<y, f(x)> / |f(x)|^2` there, over behaviour's; growth: slope of the mean of `log |r|` against time, r the hidden
states.

Source: ours.

Fails: where some trials fade and others grow: medians and slopes are of all of them. A code of good shape and size says
nothing of motion: a network that stands still has both.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.measures.validity import TIMES, settled
from quiescent.quiescence.activity import Activity, Phase
from quiescent.quiescence.phases import REST, RESTING, UNTRAINED
from quiescent.statistics import log_spaced

FADED, DIVERGED = 0.5, 2.0  # of behaviour's amplitude


class Usual(NamedTuple):
    """Behaviour's amplitude, once settled, and the numbers of steps at which codes are looked at."""

    amplitude: float
    steps: Int[np.ndarray, " time"]


def usual(phases: Activities) -> Usual:
    """Learn behaviour's amplitude."""
    active = phases["active"]
    assert active.quality is not None
    longest = max(len(activity.decoded) for activity in phases.values())
    return Usual(float(np.median(settled(active.quality.amplitude))), log_spaced(longest, TIMES))


def growth(states: Float[np.ndarray, "kept trial unit"], kept: Int[np.ndarray, " kept"], dt: float) -> float:
    """Fit the rate at which the norm of hidden states grows (1/s): the slope of its mean logarithm against time.

    Without noise it is, of a homogeneous network, the leading Lyapunov exponent of the norm.
    """
    norms = np.linalg.norm(states.astype(float), axis=-1)
    logs = np.log(np.where(norms > 0, norms, np.nan))
    fine = np.isfinite(logs).all(1)
    if fine.sum() < 2:
        return np.nan
    return float(np.polyfit(kept[fine] * dt, logs[fine].mean(1), 1)[0])


def of(activity: Activity, known: Usual, _: np.random.Generator) -> Values:
    """Compute medians of the code's shape distance and amplitude, over all steps and against time, and its growth."""
    assert activity.quality is not None
    amplitude = activity.quality.amplitude / known.amplitude
    curves = {name: np.full(len(known.steps), np.nan) for name in ("shape_curve", "amplitude_curve")}
    within = known.steps <= len(amplitude)
    at = known.steps[within] - 1
    curves["shape_curve"][within] = np.median(activity.quality.shape[at], 1)
    curves["amplitude_curve"][within] = np.median(amplitude[at], 1)
    kept = np.arange(len(amplitude)) if activity.kept is None else activity.kept
    middle = float(np.median(amplitude))
    return {
        "times": known.steps * activity.dt,
        **curves,
        "shape": float(np.median(activity.quality.shape)),
        "amplitude": middle,
        "faded": float(middle < FADED),
        "diverged": float(middle > DIVERGED),
        "growth": np.nan if activity.states is None else growth(activity.states, kept, activity.dt),
        "homogeneous": float(activity.homogeneous),
    }


SILENT: dict[str, Phase] = {"silent": REST._replace(noise=0.0)}
MEASURE = Measure(
    phases=RESTING | SILENT | UNTRAINED,
    quantities={
        "times": Quantity("s", "time", ("time",), grid=True),
        "shape_curve": Quantity("", "median distance of the code's shape from the nearest place's", ("time",)),
        "amplitude_curve": Quantity("", "median amplitude of the code over behaviour's", ("time",)),
        "shape": Quantity("", "median distance of the code's shape from the nearest place's"),
        "amplitude": Quantity("", "median amplitude of the code over behaviour's"),
        "faded": Quantity("", "1 if the amplitude is less than half of behaviour's"),
        "diverged": Quantity("", "1 if the amplitude is more than twice behaviour's"),
        "growth": Quantity("1/s", "rate at which the norm of hidden states grows"),
        "homogeneous": Quantity("", "1 if the network has no scale: F(3 r) = 3 F(r) without input"),
    },
    of=of,
    learn=usual,
    readings=False,
    horizon=(0, 2000),
)
