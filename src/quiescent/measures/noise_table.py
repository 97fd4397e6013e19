"""Noise table: what does noise do at rest, in networks that were trained with noise and without?

All rest with so many times the task's noise, that of its noisy networks, so that the two kinds can be compared.

Formula: the formulas of `variance`, `distance`, `displacement`, `kl` and `shape`, at 0, 1, sqrt(2) and 2 times the
standard deviation of the task's noise.

Source: ours; sqrt(2) is eq. 19 of Krishna et al. (2024).

Fails: as each of these measures does: a network that stands still has a low KL, and jitter is in every step. In
networks trained without noise, noise soon drowns the code: look at `shape` and `amplitude` first.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.distance import distance
from quiescent.measures.kl import density_of, kl, total_variation
from quiescent.measures.measure import SHORTEST, Activities, Measure, PerTrial, Quantity, Values
from quiescent.measures.motion import displacement
from quiescent.measures.validity import settled
from quiescent.measures.variance import variance
from quiescent.quiescence.activity import Activity, Rest
from quiescent.quiescence.phases import BEHAVIOUR, REST
from quiescent.spaces import Density
from quiescent.statistics import points_of

TIMES = (0.0, 1.0, math.sqrt(2), 2.0)  # the task's noise
FAR = 100  # steps
SAMPLES = 20_000  # of a density


class Known(NamedTuple):
    """Density and amplitude of behaviour, and the standard deviation of the task's noise."""

    density: Density
    amplitude: float
    noise_std: float


def known_of(phases: Activities) -> Known:
    """Learn what behaviour is like, and the task's noise from the rest that has once as much."""
    active = phases["active"]
    density = active.space.density(points_of(active.decoded))
    amplitude = math.nan if active.quality is None else float(np.median(settled(active.quality.amplitude)))
    return Known(density, amplitude, phases[named(1.0)].noise_std)


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Compute how far paths go, how far their places are from behaviour's, and how good the code stays."""
    paths, space = activity.decoded, activity.space
    # As many steps of every window, since a density of more points is smoothed less.
    source = density_of(points_of(paths[:: max(1, len(paths) // SHORTEST)]), space)
    shape, amplitude = (None, None) if activity.quality is None else activity.quality
    return {
        "factor": round(activity.noise_std / known.noise_std, 6) if known.noise_std else math.nan,
        "variance": PerTrial(variance(paths, space)),
        "distance": PerTrial(distance(paths, space)),
        "msd_100": PerTrial(displacement(paths, np.array([min(FAR, len(paths) - 1)]), space)[0]),
        "kl": math.nan if source is None else kl(source, known.density, rng=rng, samples=SAMPLES).value,
        "total_variation": math.nan if source is None else total_variation(source, known.density, rng, SAMPLES),
        "shape": _median(shape, paths),
        "amplitude": _median(amplitude, paths) / known.amplitude,
    }


def _median(values: Float[np.ndarray, "time trial"] | None, paths: Float[np.ndarray, "time trial dim"]) -> float:
    if values is None:
        return math.nan
    counted = values[np.isfinite(paths).all(-1)]
    return float(np.median(counted)) if len(counted) else math.nan


def named(times: float) -> str:
    """Name the phase with so many times the task's noise."""
    return f"noise x {times:.3g}"


def at_noise(times: float) -> Rest:
    """Let any network rest with so many times the task's noise."""
    return REST._replace(noise="task", times=times, states=False)


MEASURE = Measure(
    phases={"active": BEHAVIOUR} | {named(times): at_noise(times) for times in TIMES},
    quantities={
        "factor": Quantity("", "noise at rest over the task's"),
        "variance": Quantity("spread", "variance of a path", error=True),
        "distance": Quantity("length", "distance per step", error=True),
        "msd_100": Quantity(
            "length^2", f"mean squared displacement after {FAR} steps, or all of a shorter path", error=True
        ),
        "kl": Quantity("nats", "KL divergence from behaviour"),
        "total_variation": Quantity("", "total variation from behaviour's density"),
        "shape": Quantity("", "median distance of codes from the nearest valid one"),
        "amplitude": Quantity("", "median amplitude of codes over behaviour's"),
    },
    of=of,
    learn=known_of,
    awake=False,
)
