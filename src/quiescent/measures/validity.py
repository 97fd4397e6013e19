"""Validity: for how long does a network at rest read out a code that some place or heading has?

Networks that learned on short trials may fade when they rest for long. A position that is decoded from a flickering
code is not reactivation, though it raises variance and displacement.

Formula: a step is valid if `1 - max_x cos^2(y, f(x))`, the distance of the read-out y from the code f of the nearest
place x, is at most the 99th percentile of that of settled behaviour; lifetime: time until a window of 20 steps is
mostly invalid.

Source: ours.

Fails: as a sign of life: a network that stands still is valid throughout. The limit is that of the networks that are
compared, so that bad trackers loosen it; lifetimes end with the simulation (`lasted` says how many did); size does not
count (`shape`).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from quiescent.measures.measure import Activities, Measure, PerTrial, Quantity, Values
from quiescent.quiescence.activity import Activity, Phase
from quiescent.quiescence.phases import REST, RESTING, UNTRAINED
from quiescent.statistics import log_spaced

PERCENTILE = 99  # of settled behaviour's shape distances
SETTLED = 20  # first steps of a trial, after which a network has forgotten its encoder
WINDOW = 20  # steps over which the code has to be mostly valid for a dream to go on
TIMES = 50  # in a curve


def settled(values: Float[np.ndarray, "time trial"]) -> Float[np.ndarray, "late trial"]:
    """Select the steps of behaviour after the first 20; of a shorter trial the last one."""
    return values[min(SETTLED, len(values) - 1) :]


def limit_of(behaviours: Iterable[Activity]) -> float:
    """Find the largest shape distance that counts as valid: the 99th percentile of settled behaviour, pooled.

    `behaviours` are those of all networks that are compared, so that one limit judges them all.
    """
    shapes = [settled(activity.quality.shape).ravel() for activity in behaviours if activity.quality is not None]
    return float(np.percentile(np.concatenate(shapes), PERCENTILE))


def lifetime(valid: Bool[np.ndarray, "time trial"]) -> Float[np.ndarray, " trial"]:
    """Count the steps until a window begins over which the code is mostly invalid; all steps if none does."""
    window = min(WINDOW, len(valid))
    sums = np.concatenate([np.zeros((1, valid.shape[1])), np.cumsum(~valid, axis=0)])
    mostly = 2 * (sums[window:] - sums[:-window]) > window
    return np.where(mostly.any(0), mostly.argmax(0), len(valid)).astype(float)


class Times(NamedTuple):
    """The numbers of steps at which codes are looked at."""

    steps: Int[np.ndarray, " time"]


def times_of(phases: Activities) -> Times:
    """Choose numbers of steps up to the longest phase."""
    return Times(log_spaced(max(len(activity.decoded) for activity in phases.values()), TIMES))


def of(activity: Activity, known: Times, _: np.random.Generator) -> Values:
    """Follow the fraction of trials with a valid code; time how long each of them lasts (s)."""
    assert activity.valid is not None
    good, fraction = activity.valid, np.full(len(known.steps), np.nan)
    within = known.steps <= len(good)
    fraction[within] = good[known.steps[within] - 1].mean(1)
    steps = lifetime(good)
    return {
        "times": known.steps * activity.dt,
        "valid": fraction,
        "valid_fraction": PerTrial(good.mean(0)),
        "lifetime": PerTrial(steps * activity.dt),
        "lifetime_median": float(np.median(steps)) * activity.dt,
        "lasted": float((steps == len(good)).mean()),
    }


SAME: dict[str, Phase] = {"same": REST._replace(noise="same", networks="noisy")}
MEASURE = Measure(
    phases=RESTING | SAME | UNTRAINED,
    quantities={
        "times": Quantity("s", "time", ("time",), grid=True),
        "valid": Quantity("", "fraction of valid codes", ("time",)),
        "valid_fraction": Quantity("", "fraction of valid steps", error=True),
        "lifetime": Quantity("s", "mean time until the code is mostly invalid, or the end", error=True),
        "lifetime_median": Quantity("s", "median time until the code is mostly invalid, or the end"),
        "lasted": Quantity("", "fraction of trials that are valid to the end (their lifetimes are censored)"),
    },
    of=of,
    learn=times_of,
    readings=False,
    horizon=(0, 2000),
)
