"""Coverage: how much of the visited area does one path reach, and how soon does it forget where it began?"""

import math
from typing import NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Bool, Float, Int

from quiescent.measures.measure import Activities, Measure, bootstrap_error, mean, points_of
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.tasks.trials import Box

BINS = 20  # per dimension
VISITED = 0.95  # share of behaviour that the visited area holds
TIMES = 40  # in a curve


class Mixing(NamedTuple):
    """Lag at which the autocorrelation falls below 1/e (s); if it never does, the longest lag looked at."""

    time: float
    censored: bool


def bins_of(paths: Float[np.ndarray, "time trial dim"], box: Box) -> Int[np.ndarray, "time trial"]:
    """Number of the bin of every step, on a regular grid over the box; -1 outside, or where a step is left out."""
    low, high = np.array(box, float).T
    at = np.floor((np.nan_to_num(paths.astype(float), nan=np.inf) - low) / (high - low) * BINS)
    inside = ((at >= 0) & (at < BINS)).all(-1)
    index = np.where(inside[..., None], at, 0).astype(int)
    return np.where(inside, np.ravel_multi_index(tuple(np.moveaxis(index, -1, 0)), (BINS,) * len(box)), -1)


def visited(bins: Int[np.ndarray, "time trial"], dim: int) -> Bool[np.ndarray, " bin"]:
    """The most visited bins, which together hold 95 % of all steps."""
    counts = np.bincount(bins[bins >= 0], minlength=BINS**dim)
    order = np.argsort(counts, kind="stable")[::-1]
    enough = np.searchsorted(np.cumsum(counts[order]), VISITED * counts.sum()) + 1
    found = np.zeros(len(counts), bool)
    found[order[:enough]] = True
    return found & (counts > 0)


def coverage(bins: Int[np.ndarray, "time trial"], area: Bool[np.ndarray, " bin"]) -> Float[np.ndarray, "time trial"]:
    """Share of an area that every path has reached by every step."""
    found = np.zeros(bins.shape)
    for trial, path in enumerate(bins.T):
        _, first = np.unique(path, return_index=True)
        new = first[(path[first] >= 0) & area[path[first]]]
        found[new, trial] = 1
    return np.asarray(np.cumsum(found, axis=0) / max(1, area.sum()))


def mixing(paths: Float[np.ndarray, "time trial dim"], dt: float, *, circular: bool = False) -> Mixing:
    """When a path forgets where it was: from the autocorrelation about the mean of all paths and steps."""
    points = np.concatenate([np.cos(paths), np.sin(paths)], -1).astype(float) if circular else paths.astype(float)
    there = np.isfinite(points).all(-1)
    if there.sum() < 2:
        return Mixing(math.nan, False)
    centred = np.where(there[..., None], points - points[there].mean(0), 0)
    variance = np.square(centred).sum() / there.sum()
    before_lag, before = 0, 1.0
    longest = max(1, len(paths) // 2)
    for lag in np.unique(np.round(np.geomspace(1, longest, 100)).astype(int)):
        pairs = int((there[lag:] & there[:-lag]).sum())
        if not pairs or variance == 0:
            return Mixing(math.nan, False)
        now = float((centred[lag:] * centred[:-lag]).sum() / pairs / variance)
        if now < 1 / math.e:
            crossing = before_lag + (lag - before_lag) * (before - 1 / math.e) / (before - now)
            return Mixing(float(crossing) * dt, False)
        before_lag, before = int(lag), now
    return Mixing(longest * dt, True)


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Share of the visited area that one path reaches, against time; and mixing times (s)."""
    active = phases["active"]
    area = visited(bins_of(active.decoded, active.box), len(active.box))
    times = np.unique(np.round(np.geomspace(1, max(len(one.decoded) for one in phases.values()), TIMES)).astype(int))
    curves = np.full((len(phases), len(times)), np.nan)
    ends, errors, mixings = [], [], []
    for row, one in zip(curves, phases.values(), strict=True):
        nothing = len(points_of(one.decoded)) == 0
        reached = coverage(bins_of(one.decoded, one.box), area)
        there = times <= len(reached)
        row[there] = np.nan if nothing else reached[times[there] - 1].mean(1)
        ends.append(math.nan if nothing else mean(reached[-1]))
        errors.append(math.nan if nothing else bootstrap_error(reached[-1], rng))
        mixings.append(mixing(one.decoded, one.dt, circular=one.circular))
    none = {"unit": ""}
    return xr.Dataset(
        {
            "coverage": (("phase", "time"), curves, none | {"long_name": "share of the visited area"}),
            "coverage_end": ("phase", ends, none | {"long_name": "share of the visited area at the end"}),
            "coverage_end_stderr": ("phase", errors, none),
            "mixing": ("phase", [one.time for one in mixings], {"unit": "s", "long_name": "mixing time"}),
            "mixing_censored": (
                "phase",
                [float(one.censored) for one in mixings],
                none | {"long_name": "1 where the mixing time is longer than that"},
            ),
        },
        coords={"phase": list(phases), "time": times},
    )


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    compute=compute,
)
