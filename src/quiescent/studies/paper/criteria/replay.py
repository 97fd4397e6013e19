"""Criteria of replay: does rest visit the places of behaviour, how far does it go, and in what steps?"""

import math

import numpy as np

from quiescent.studies.paper.effects import (
    Effect,
    always,
    combined,
    difference,
    kl,
    kl_start,
    log_ratio,
    number,
    within,
)
from quiescent.studies.paper.judge import Criterion

OWN = 0.2  # nats by which rest lies nearer to the network's own behaviour than to the other, both ways together
ERRATIC = 3.0  # times the steps awake: an exact sampler in steps of 20 mm makes up to 1.6
HALFWAY = 0.5  # from the floor to a network that stands still
LATE = "1000-2000"  # steps, the last window


def short(condition: str) -> str:
    """Name a condition without its family."""
    return condition.split("/")[1]


def keeps_apart(unbiased: str, biased: str, phase: str = "quiescent", note: str = "") -> Criterion:
    """Say that each of two networks rests nearer to its own behaviour than to the other's, and not by its starts alone.

    A network may read its starts out near its behaviour: what paths would score that stand there is taken off.
    """

    def gain(condition: str, other: str) -> Effect:
        moving, standing = (difference(of(condition, phase, other), of(condition, phase)) for of in (kl, kl_start))
        return difference(moving, standing)

    return Criterion(
        f"KL from the other's behaviour less KL from own, both networks together, beyond their starts{note}",
        combined(np.add, gain(unbiased, biased), gain(biased, unbiased)),
        low=OWN,
        unit="nats",
        of=(unbiased, biased),
    )


def keeps_apart_undoubled(unbiased: str, biased: str) -> Criterion:
    """Say that each of two networks rests nearer to its own behaviour also with the noise that it learned with."""
    return keeps_apart(unbiased, biased, "same", ", undoubled noise")


def comes_nearer(biased: str) -> Criterion:
    """Say that rest of a biased network, late, is nearer to behaviour than where it began."""

    def way(rest: np.ndarray, floor: np.ndarray, start: np.ndarray) -> np.ndarray:
        return np.asarray((rest - floor) / (start - floor))

    effect = combined(way, within(LATE, kl(biased)), always(kl(biased, "behaviour")), within(LATE, kl_start(biased)))
    return Criterion(
        f"{short(biased)}: KL of the last 20 s, from the floor (0) to that of its starts (1)",
        effect,
        high=HALFWAY,
        of=(biased,),
        window=LATE,
    )


def forgets_its_start(condition: str) -> Criterion:
    """Say that rest reaches the places of behaviour wherever it began."""

    def way(rest: np.ndarray, floor: np.ndarray) -> np.ndarray:
        return np.asarray((rest - floor) / (1 - floor))

    effect = combined(
        way,
        number("common_start", "distance", condition),
        always(number("common_start", "floor", condition, phase=None)),
    )
    return Criterion(
        f"{short(condition)}: distance from behaviour after a common start, from the floor (0) to standing still (1)",
        effect,
        high=HALFWAY,
        of=(condition,),
    )


def moves_more(noisy: str, free: str) -> Criterion:
    """Say that a noisy network's paths at rest go further than a noise-free one's."""
    return Criterion(
        f"squared displacement in 100 steps, {short(noisy)} over {short(free)}",
        log_ratio(*(number("displacement", "msd_100", condition) for condition in (noisy, free))),
        low=math.log(1.5),
        ratio=True,
        of=(noisy,),
    )


def varies_more(noisy: str, free: str) -> Criterion:
    """Tell the variance of a noisy network's paths over a noise-free one's, over all steps; it decides nothing.

    Over valid steps it is small wherever few are valid, and over all of them large wherever few are: so
    displacements decide what the paper reads off variances.
    """
    return Criterion(
        f"variance of a path, {short(noisy)} over {short(free)}, all steps",
        always(log_ratio(*(number("variance", "variance", condition) for condition in (noisy, free)))),
        ratio=True,
    )


def smooth(condition: str) -> Criterion:
    """Say that steps at rest are no longer than steps awake, and that there are any."""
    steps = log_ratio(
        number("distance", "distance", condition), number("distance", "distance", condition, phase="active")
    )
    return Criterion(
        f"{short(condition)}: step at rest over step awake",
        steps,
        low=math.log(0.02),
        high=math.log(1.2),
        ratio=True,
        of=(condition,),
        window="paper",
    )


def erratic(condition: str, added: str) -> Criterion:
    """Say that noise added at rest makes steps much longer than awake: noise itself must pass, smooth motion not.

    `added` is the phase with that noise.
    """
    noisy, awake = (number("distance", "distance", condition, phase=phase) for phase in (added, "active"))
    return Criterion(
        f"{short(condition)}: step with noise at rest over step awake",
        always(log_ratio(noisy, awake)),
        low=math.log(ERRATIC),
        ratio=True,
        of=(condition,),
        negative=("frozen", "sampler_5mm", "sampler_20mm"),
        positive=("readout_noise",),
        reading="all",
    )


def context(condition: str, phase: str = "quiescent") -> list[Criterion]:
    """List the KLs behind a match."""
    name = short(condition)
    return [
        Criterion(f"{name}: KL at rest", kl(condition, phase), unit="nats"),
        Criterion(
            f"{name}: KL of another sample of behaviour (floor)", always(kl(condition, "behaviour")), unit="nats"
        ),
        Criterion(f"{name}: KL of an untrained network", always(kl(condition, "random")), unit="nats"),
        Criterion(f"{name}: KL of uniform points", always(kl(condition, "uniform")), unit="nats"),
        Criterion(f"{name}: fraction of valid steps", number("validity", "valid_fraction", condition, phase=phase)),
    ]
