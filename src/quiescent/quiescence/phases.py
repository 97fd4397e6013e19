"""Phases that several measures share, so that each is simulated once."""

from quiescent.quiescence.activity import Active, Phase, Rest

BEHAVIOUR = Active(trials=200)
OTHER_BEHAVIOUR = Active(trials=200, again=True)


def noise_added(rest: Rest) -> Rest:
    """Add noise to the rest of networks that were trained without it; others are not put into this phase."""
    return rest._replace(noise="absolute", networks="noise_free")


# Krishna et al. (2024): 1,000 steps at rest; noise is added to networks trained without.
REST = Rest(trials=200, steps=1000)
RESTING: dict[str, Phase] = {"active": BEHAVIOUR, "quiescent": REST, "noise_added": noise_added(REST)}
UNTRAINED: dict[str, Phase] = {"random": REST._replace(weights="initial")}

LONG_HIDDEN = Rest(trials=1000, steps=200, states=True)
HIDDEN: dict[str, Phase] = {
    "active": Active(trials=1000, states=True),
    "quiescent": LONG_HIDDEN,
    "noise_added": noise_added(LONG_HIDDEN),
}
