"""Meaning of the demonstration's numbers, in plain words that follow the numbers whatever they are."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.statistics import mean, seed_interval
from quiescent.studies.demo.numbers import Numbers

NOISY, FREE = "noisy", "noise-free"
UNKNOWN = "unknown"
HIDDEN = "jitter of its read-out hides it"


class Scene(NamedTuple):
    """Scale of the numbers: the error of whoever always says the middle (m), seconds of a rest and of a step."""

    guess: float
    rest: float
    step: float


def meaning(networks: Mapping[str, Numbers], scene: Scene) -> list[str]:
    """Say what networks that learned with noise and without do, beside what controls score: four paragraphs.

    An effect is told only if Student's 95 % interval over seeds leaves out zero; else it is said that there is none to
    be seen.
    """
    noisy, free = networks[NOISY], networks[FREE]
    return [_awake(noisy, free, scene), _ground(noisy, free, scene), _pace(noisy, free, scene), _places(noisy, free)]


def compared(
    first: Float[np.ndarray, " seed"], second: Float[np.ndarray, " seed"] | float
) -> Literal["more", "less", "unclear"]:
    """Tell whether one number is more or less than another in networks of the same seeds.

    Examples
    --------
    >>> compared(np.array([2.0, 2.1, 1.9]), 1.0), compared(np.array([2.0, 0.1]), 1.0)
    ('more', 'unclear')
    """
    interval = seed_interval(first - second)
    return "more" if interval.low > 0 else "less" if interval.high < 0 else "unclear"


def _awake(noisy: Numbers, free: Numbers, scene: Scene) -> str:
    errors = {name: numbers["error", "active"] for name, numbers in ((NOISY, noisy), (FREE, free))}
    know = [name for name, error in errors.items() if compared(error, scene.guess) == "less"]
    knowing = {0: "neither can be said to know", 1: f"only the {''.join(know)} one knows", 2: "both know"}[len(know)]
    return (
        f"Awake, told only how it moves, the noisy network is {_cm(errors[NOISY])} off the rat, the noise-free one "
        f"{_cm(errors[FREE])}. Whoever always says the middle of where the rat goes is {_cm(scene.guess)} off. "
        f"So {knowing} where the rat is."
    )


def _ground(noisy: Numbers, free: Numbers, scene: Scene) -> str:
    covered = [numbers["coverage_end", "quiescent"] for numbers in (noisy, free)]
    verdict = {
        "more": "So networks that learnt with noise travel further",
        "less": "So here networks that learnt with noise travel less far",
        "unclear": f"So {len(covered[0])} networks of each kind do not tell the two apart",
    }[compared(*covered)]
    return (
        f"In {scene.rest:g} s without input, one dream of the noisy network covers {_percent(covered[0])} of the floor "
        f"that the rat visits, one of the noise-free network {_percent(covered[1])}. Standing still would cover "
        f"{_percent(noisy['standing', 'quiescent'])}. {verdict}."
    )


def _pace(noisy: Numbers, free: Numbers, scene: Scene) -> str:
    walks, awake, still = noisy["distance", "quiescent"], free["distance", "active"], free["distance", "quiescent"]
    added = free["distance", "noise_added"]
    leaps = compared(added, awake) == compared(added, walks) == "more"
    verdict = "So noise at rest alone makes " + ("leaps, not walks" if leaps else "no leaps here")
    return (
        f"Without input the noisy network moves {_cm(walks)} in a step of {scene.step:g} s (awake: "
        f"{_cm(noisy['distance', 'active'])}), the noise-free one {_cm(still)} (awake: {_cm(awake)}), and {_cm(added)} "
        f"if it is given noise at rest that it never learnt with. {verdict}."
    )


def _places(noisy: Numbers, free: Numbers) -> str:
    found = noisy["kl", "quiescent"]
    controls = {
        "an untrained network": noisy["kl", "random"],
        "dreams that stay where they begin": noisy["kl_start", "quiescent"],
        "every place alike": noisy["kl", "uniform"],
    }
    beaten = [name for name, score in controls.items() if compared(found, score) == "less"]
    others = [name for name in controls if name not in beaten]
    scores = ", ".join(f"{name} {_number(score)}" for name, score in controls.items())
    if not others:
        verdict = "its dreams go where the rat goes, more than any of these"
    elif beaten:
        verdict = f"it does better than {_listed(beaten)}, but not, as far as can be told, than {_listed(others)}"
    else:
        verdict = "by where its dreams go it does no better than any of these, as far as can be told"
    return (
        f"Where dreams go, against where the awake network is (KL; 0 is the same): noisy {_number(found)} nats, "
        f"noise-free {_number(free['kl', 'quiescent'])}; awake once more {_number(noisy['kl', 'behaviour'])}, "
        f"{scores}. So {verdict}."
    )


def _listed(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _number(values: Float[np.ndarray, " seed"] | float) -> str:
    value = mean(np.atleast_1d(np.asarray(values, float)))
    return UNKNOWN if np.isnan(value) else f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"


def _cm(metres: Float[np.ndarray, " seed"] | float) -> str:
    return f"{_number(100 * metres)} cm"


def _percent(fraction: Float[np.ndarray, " seed"]) -> str:
    number = _number(100 * fraction)
    return f"an unknown part ({HIDDEN})" if number == UNKNOWN else f"{number} %"
