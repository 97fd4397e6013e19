"""Phases that several measures share, so that each is simulated once."""

from quiescent.quiescence.activity import Active, Phase, Rest

BEHAVIOUR = Active(trials=200)
OTHER_BEHAVIOUR = Active(trials=200, again=True)

# Krishna et al. (2024): 1,000 steps at rest; noise is added to networks trained without.
RESTING: dict[str, Phase] = {
    "active": BEHAVIOUR,
    "quiescent": Rest(trials=200, steps=1000),
    "noisy": Rest(trials=200, steps=1000, noise="absolute", only_noise_free=True),
}
UNTRAINED: dict[str, Phase] = {"random": Rest(trials=200, steps=1000, untrained=True)}

HIDDEN: dict[str, Phase] = {
    "active": Active(trials=1000, states=True),
    "quiescent": Rest(trials=1000, steps=200, states=True),
    "noisy": Rest(trials=1000, steps=200, noise="absolute", only_noise_free=True, states=True),
}
