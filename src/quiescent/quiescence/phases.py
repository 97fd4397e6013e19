"""Phases that measures share. Each is simulated once, and rest is then read in windows."""

from quiescent.quiescence.activity import Active, Phase, Rest

BEHAVIOUR = Active(trials=200)
TRAINED_ON = Active(trials=200, part="training")  # beside behaviour, where some of it is held out
OTHER_BEHAVIOUR = Active(trials=200, again=True)
HIDDEN_BEHAVIOUR = Active(trials=1000, states=True, drift=True)


def noise_added(rest: Rest) -> Rest:
    """Add noise to the rest of networks that were trained without it; others are not put into this phase."""
    return rest._replace(noise="absolute", networks="noise_free")


# The longest rest of Krishna et al. (2024): 40 s, of which every measure reads its part.
REST = Rest(trials=200, steps=2000, states="some")
RESTING: dict[str, Phase] = {"active": BEHAVIOUR, "quiescent": REST, "noise_added": noise_added(REST)}
UNTRAINED: dict[str, Phase] = {"random": REST._replace(weights="initial")}
HIDDEN: dict[str, Phase] = {**RESTING, "active": HIDDEN_BEHAVIOUR}
