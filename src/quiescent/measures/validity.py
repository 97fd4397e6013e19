"""Validity: for how long does a network at rest read out a code that some place or heading has?

Networks that learned on short trials may fade when they rest for long. A position that is decoded from a faded,
flickering code is not reactivation, though it raises variance and displacement.
"""

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float

from quiescent.measures.measure import Activities, Measure, bootstrap_error
from quiescent.quiescence.activity import Active, Activity, Rest

PERCENTILE = 99  # of the active phase's distances
WINDOW = 20  # steps over which the code has to be mostly valid for a dream to go on
TIMES = 50  # in a curve


def threshold(active: Activity) -> float:
    """Largest relative distance to the nearest code at which a code still counts as valid."""
    assert active.quality is not None
    return float(np.percentile(active.quality.distance, PERCENTILE))


def valid(activity: Activity, threshold: float) -> Bool[np.ndarray, "time trial"]:
    """Steps whose code is as near to a code of some place or heading as behaviour's are."""
    assert activity.quality is not None
    return activity.quality.distance <= threshold


def lifetime(valid: Bool[np.ndarray, "time trial"]) -> Float[np.ndarray, " trial"]:
    """Steps until the code was mostly invalid over a window, at the window's beginning; all steps if it never was."""
    window = min(WINDOW, len(valid))
    sums = np.concatenate([np.zeros((1, valid.shape[1])), np.cumsum(~valid, axis=0)])
    mostly = 2 * (sums[window:] - sums[:-window]) > window
    return np.where(mostly.any(0), mostly.argmax(0), len(valid)).astype(float)


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Read-out activity, distance to the nearest valid code and share of valid steps over time; lifetimes (s)."""
    active = phases["active"]
    assert active.quality is not None
    limit, usual = threshold(active), float(active.quality.total.mean())
    longest = max(len(one.decoded) for one in phases.values())
    times = np.unique(np.round(np.geomspace(1, longest, TIMES)).astype(int))
    shape = (len(phases), len(times))
    total, distance, share = (np.full(shape, np.nan) for _ in range(3))
    shares, lifetimes, errors, censored = [], [], [], []
    for row, one in enumerate(phases.values()):
        assert one.quality is not None
        good = valid(one, limit)
        there = times <= len(good)
        at = times[there] - 1
        total[row, there] = one.quality.total[at].mean(1) / usual
        distance[row, there] = np.median(one.quality.distance[at], 1)
        share[row, there] = good[at].mean(1)
        lasted = lifetime(good)
        shares.append(float(good.mean()))
        lifetimes.append(float(lasted.mean()) * one.dt)
        errors.append(bootstrap_error(lasted, rng) * one.dt)
        censored.append(float((lasted == len(good)).mean()))
    curve, none, seconds = ("phase", "time"), {"unit": ""}, {"unit": "s"}
    return xr.Dataset(
        {
            "total": (curve, total, none | {"long_name": "read-out activity over behaviour's"}),
            "distance": (curve, distance, none | {"long_name": "median distance to the nearest valid code"}),
            "valid": (curve, share, none | {"long_name": "share of valid codes"}),
            "share": ("phase", shares, none | {"long_name": "share of valid steps"}),
            "lifetime": ("phase", lifetimes, seconds | {"long_name": "time until the code is mostly invalid"}),
            "lifetime_stderr": ("phase", errors, seconds),
            "lasted": ("phase", censored, none | {"long_name": "share of trials valid to the end"}),
            "threshold": ((), limit, none | {"long_name": "largest distance that is valid"}),
        },
        coords={"phase": list(phases), "time": times},
    )


MEASURE = Measure(
    phases={
        "active": Active(trials=200),
        "quiescent": Rest(trials=200, steps=2000),
        "noisy": Rest(trials=200, steps=2000, noise="absolute", only_noise_free=True),
        "same": Rest(trials=200, steps=2000, noise="same", only_noisy=True),
        "random": Rest(trials=200, steps=1000, untrained=True),
    },
    compute=compute,
    readings=False,
)
