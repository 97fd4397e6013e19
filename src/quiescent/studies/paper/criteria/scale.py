"""Criteria of scale: what becomes of the size of a code at rest, and what noise does to it."""

import math

import numpy as np

from quiescent.studies.paper.criteria.replay import LATE, short
from quiescent.studies.paper.effects import (
    Effect,
    Reader,
    Values,
    always,
    combined,
    difference,
    kl,
    log_ratio,
    number,
    ratio,
    within,
)
from quiescent.studies.paper.judge import Criterion


def alive(condition: str) -> Effect:
    """Take the fraction of valid steps in the last window; none where paths stand still."""

    def lively(valid: np.ndarray, moved: np.ndarray) -> np.ndarray:
        return np.where(np.isfinite(moved) & (moved > 1e-8), valid, np.where(np.isfinite(valid), 0.0, np.nan))

    return combined(
        lively,
        within(LATE, number("validity", "valid_fraction", condition)),
        within(LATE, always(number("displacement", "msd_100", condition))),
    )


def lives_on(with_scale: str, without: str) -> list[Criterion]:
    """Say that a network with a scale of its own keeps a valid code that one without it loses."""
    return [
        Criterion(
            f"{short(with_scale)}: valid steps of the last 20 s, of paths that move",
            alive(with_scale),
            low=0.8,
            of=(with_scale,),
        ),
        Criterion(
            f"valid steps of the last 20 s, of paths that move, {short(with_scale)} less {short(without)}",
            difference(alive(with_scale), alive(without)),
            low=0.2,
            of=(with_scale,),
        ),
    ]


def scale_of(condition: str) -> list[Criterion]:
    """List what becomes of a code at rest."""
    name = short(condition) if condition.startswith("spatial_navigation/") else condition  # one name, one condition
    late = {
        "amplitude of the code, last 20 s over awake": number("shape", "amplitude", condition),
        "distance of its shape, last 20 s": number("shape", "shape", condition),
        "valid steps, last 20 s": number("validity", "valid_fraction", condition),
        "KL, last 20 s, all steps (nats)": always(kl(condition)),
        "variance of a path, last 20 s, all steps": always(number("variance", "variance", condition)),
    }
    rows = [Criterion(f"{name}: {title}", within(LATE, effect)) for title, effect in late.items()]
    lifetime = with_bounds(number("validity", "lifetime_median", condition), number("validity", "lasted", condition))
    growth = within(LATE, number("shape", "growth", condition, phase="silent"))
    return [
        *rows,
        Criterion(f"{name}: median lifetime", lifetime, unit="s"),
        Criterion(f"{name}: growth of its norm without noise", growth, unit="1/s"),
        Criterion(f"{name}: 1 if it has no scale (homogeneous)", number("shape", "homogeneous", condition)),
    ]


def with_bounds(lifetime: Effect, lasted: Effect) -> Effect:
    """Take a median lifetime: a lower bound where half of the trials or more are valid to the end."""

    def effect(reader: Reader) -> Values:
        return Values(lifetime(reader).numbers, (lasted(reader).numbers >= 0.5).astype(int))

    return effect


def moved_by_noise(condition: str) -> Criterion:
    """Say that a network that learned with noise moves little when it rests without.

    Of displacements, not of variances: noise leaves fewer steps valid, and few steps of a path vary little.
    """
    silent, usual = (number("noise_table", "msd_100", condition, phase=f"noise x {factor}") for factor in ("0", "1.41"))
    return Criterion(
        f"{short(condition)}: squared displacement in 100 steps without noise over that with sqrt(2) times the task's",
        ratio(silent, usual),
        high=0.3,
        of=(condition,),
    )


def survives_noise(noisy: str, free: str) -> Criterion:
    """Say that the same noise at rest spoils the code of a network less that learned with noise."""
    loss = (number("noise_table", "shape", condition, phase="noise x 1.41") for condition in (noisy, free))
    return Criterion(
        f"distance of the code's shape with sqrt(2) times the task's noise, {short(noisy)} over {short(free)}",
        log_ratio(*loss),
        high=math.log(0.5),
        ratio=True,
        of=(noisy,),
        window="0-100",
    )
