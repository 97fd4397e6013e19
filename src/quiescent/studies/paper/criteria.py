"""Criteria of the claims: effects of a condition, and where a claim says that they lie."""

import math

from quiescent.studies.paper.effects import (
    Criterion,
    Effect,
    always,
    difference,
    excess,
    kl,
    log_ratio,
    number,
    plain,
)

HALF, NEAR = math.log(0.5), 0.25  # far below the untrained network; near the floor


def matches(condition: str, phase: str = "quiescent", note: str = "") -> list[Criterion]:
    """Say that rest has the density of behaviour."""
    name = condition.split("/")[1] + note
    untrained = always(kl(condition, "random"))
    return [
        Criterion(f"{name}: KL over untrained", log_ratio(kl(condition, phase), untrained), high=HALF, ratio=True),
        Criterion(f"{name}: way from floor to untrained", excess(condition, phase), high=NEAR),
    ]


def context(condition: str, phase: str = "quiescent") -> list[Criterion]:
    """List the KLs behind a match."""
    name = condition.split("/")[1]
    return [
        Criterion(f"{name}: KL {phase}", kl(condition, phase), unit="nats"),
        Criterion(f"{name}: KL floor", kl(condition, "behaviour"), unit="nats"),
        Criterion(f"{name}: KL untrained", always(kl(condition, "random")), unit="nats"),
        Criterion(f"{name}: KL uniform", kl(condition, "uniform"), unit="nats"),
        Criterion(f"{name}: fraction of valid steps", number("validity", "valid_fraction", condition, phase)),
    ]


def prefers_own(condition: str, other: str, phase: str = "quiescent") -> Criterion:
    """Say that rest is nearer to the behaviour that the network learned than to another."""
    name, second = (one.split("/")[1] for one in (condition, other))
    gain = difference(kl(condition, phase, other), kl(condition, phase))
    return Criterion(f"{name}: KL vs {second} less KL vs own", gain, low=0.0, unit="nats")


def short(condition: str) -> str:
    """Name a condition without its family."""
    return condition.split("/")[1]


def explores_less(noisy: str, free: str) -> list[Criterion]:
    """Say that a noise-free network visits less than a noisy one."""
    pair = f"{short(noisy)} over {short(free)}"
    common = difference(number("common_start", "kl_common", free), number("common_start", "kl_common", noisy))
    ratios = {
        "variance": ("variance", "variance"),
        "displacement after 100 steps": ("displacement", "msd_100"),
        "coverage": ("coverage", "coverage_end"),
    }
    return [
        Criterion(f"{title}, {pair}", log_ratio(number(*what, noisy), number(*what, free)), low=0.0, ratio=True)
        for title, what in ratios.items()
    ] + [Criterion(f"KL from a common start, {short(free)} less {short(noisy)}", common, low=0.0, unit="nats")]


def drift(variable: str, condition: str) -> Effect:
    """Take a variable of the drift on three components."""
    return plain("drift", variable, condition, components=3)


def smooth(condition: str) -> Criterion:
    """Say that steps at rest are no longer than steps awake."""
    steps = log_ratio(number("distance", "distance", condition), number("distance", "distance", condition, "active"))
    return Criterion(f"{short(condition)}: step at rest over step awake", steps, high=0.0, ratio=True)


def erratic(condition: str) -> Criterion:
    """Say that noise added at rest makes steps much longer than awake."""
    noisy, awake = (number("distance", "distance", condition, phase) for phase in ("noise_added", "active"))
    name = f"{short(condition)}: step with noise at rest over step awake"
    return Criterion(name, log_ratio(noisy, awake), low=math.log(1.5), ratio=True)


def aligned(condition: str) -> Criterion:
    """Say that states at rest lie on the components of behaviour."""
    return Criterion(
        f"{short(condition)}: variance in behaviour's PCs over best",
        number("dimensionality", "alignment", condition),
        low=0.8,
    )
