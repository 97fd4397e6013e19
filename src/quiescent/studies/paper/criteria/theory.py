"""Criteria of the theory: the manifold, the strength of noise, the score, and what an update does to noise."""

from quiescent.studies.paper.criteria.replay import short
from quiescent.studies.paper.effects import Effect, number, of_control, ratio
from quiescent.studies.paper.judge import Criterion
from quiescent.studies.paper.temperature import best_factor, spread_slope


def shares_manifold(condition: str) -> Criterion:
    """Say that states at rest lie on the components of behaviour."""
    return Criterion(
        f"{short(condition)}: variance in behaviour's components beyond chance, over behaviour's own",
        number("dimensionality", "alignment", condition),
        low=0.8,
        of=(condition,),
    )


def dimensions(condition: str) -> list[Criterion]:
    """List participation ratios."""
    return [
        Criterion(
            f"{short(condition)}: participation ratio, {phase}",
            number("dimensionality", "participation", condition, phase=phase),
        )
        for phase in ("active", "quiescent")
    ]


def best_at_root_two(condition: str) -> Criterion:
    """Say that noise of sqrt(2) times the trained one fits behaviour best."""
    return Criterion(
        f"{short(condition)}: best factor of noise, octaves from sqrt(2)",
        best_factor(condition),
        low=-0.5,
        high=0.5,
        of=(condition,),
    )


def follows_law(condition: str) -> Criterion:
    """Say that the spread of places follows p^(2/c^2)."""
    return Criterion(
        f"{short(condition)}: slope of log spread on the law's",
        spread_slope(condition),
        low=0.5,
        high=1.5,
        of=(condition,),
    )


def of_perfect(condition: str, effect: Effect) -> Effect:
    """Divide an effect by that of the perfect network, with the same sizes, noise and steps."""
    return ratio(effect, of_control("perfect", condition, effect))


def climbs_score(condition: str) -> Criterion:
    """Say that a network's drift is along the score, as far as a perfect network's is.

    It is looked at on ten components: on fewer, an untrained network, whose states are one Gaussian, does as well.
    """
    return Criterion(
        f"{short(condition)}: cosine of drift and score, 10 components, over the perfect network's",
        of_perfect(condition, number("drift", "cosine", condition, phase=None, components=10)),
        low=0.8,
        high=1.5,
        of=(condition,),
    )


def climbing_beside(condition: str) -> list[Criterion]:
    """List cosines and slopes of the drift."""
    return [
        Criterion(
            f"{short(condition)}: {title}, {components} components",
            number("drift", variable, condition, phase=None, components=components),
        )
        for variable, title in (("cosine", "cosine"), ("slope_over_theory", "slope over sigma^2"))
        for components in (5, 10)
    ]


def denoises(condition: str) -> list[Criterion]:
    """Say that one update removes more noise off the manifold than leak alone, and keeps what lies along it."""

    def left(variable: str, lag: int, phase: str | None = "kicked") -> Effect:
        return number("denoising", variable, condition, phase=phase, lag=lag)

    return [
        Criterion(
            f"{short(condition)}: noise off the manifold that one update leaves, over what leak alone leaves",
            ratio(left("normal", 1), left("leak", 1, None)),
            high=0.5,
            of=(condition,),
        ),
        Criterion(
            f"{short(condition)}: noise along the manifold that is left after 10 updates",
            left("along", 10),
            low=0.8,
            of=(condition,),
        ),
    ]
