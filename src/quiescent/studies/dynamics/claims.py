"""Claims about friction and adaptation, as data: each an effect of one way to rest beside another.

They are after Casco-Rodriguez, Krishna and Baraniuk (2026, arXiv 2602.18401), of whose dynamics these are of the kind
described, and readers' own. Every criterion is put to a frozen network, an untrained one and read-out noise, which
rest in the same ways and must fail it.
"""

import math

from quiescent.studies.dynamics.design import BOTH, SLIPPERY, TIRED, TRIED, USUAL, Way, label
from quiescent.studies.paper.effects import Effect, difference, log_ratio, number
from quiescent.studies.paper.judge import Claim, Criterion

MORE, FASTER, KEPT = math.log(1.1), math.log(1.25), math.log(1.25)  # logarithms of ratios that count


def claims_of(name: str) -> list[Claim]:
    """List the claims about networks of one environment."""

    def beside(title: str, measure: str, variable: str, way: Way, low: float) -> Criterion:
        return _ratio(title, name, measure, variable, (way, USUAL), low=low)

    return [
        Claim(
            "1",
            "theory",
            "Adaptation makes rest explore: it covers more, and its path is correlated for longer",
            [
                beside("visited area, with adaptation over without", "coverage", "coverage_decoded", TIRED, MORE),
                beside("correlation time, with adaptation over without", "autocorrelation", "time", TIRED, MORE),
            ],
        ),
        Claim(
            "2",
            "theory",
            "Momentum at matched temperature makes rest faster",
            [
                beside("length of the path per second, friction 0.1 over 1", "compression", "speed", SLIPPERY, FASTER),
                beside("regions reached per second, friction 0.1 over 1", "reach", "reach_rate", SLIPPERY, FASTER),
            ],
        ),
        Claim(
            "3",
            "theory",
            "Both together are fast and explore",
            [
                beside("visited area, both over neither", "coverage", "coverage_decoded", BOTH, MORE),
                beside("regions reached per second, both over neither", "reach", "reach_rate", BOTH, FASTER),
            ],
        ),
        Claim(
            "4",
            "question",
            "Both leave the places of behaviour and the code as they are",
            [
                _ratio(
                    "Wasserstein distance from behaviour, both over neither",
                    *(name, "wasserstein", "wasserstein", (BOTH, USUAL)),
                    high=KEPT,
                    negative=(),
                ),
                Criterion(
                    "fraction of valid steps, both less neither",
                    difference(_at(name, "validity", "valid_fraction", BOTH), _at(name, "validity", "valid_fraction")),
                    low=-0.1,
                    of=_of(name, BOTH),
                    negative=(),
                    positive=(),
                ),
            ],
        ),
    ]


def _ratio(
    title: str,
    name: str,
    measure: str,
    variable: str,
    ways: tuple[Way, Way],
    *,
    low: float = -math.inf,
    high: float = math.inf,
    negative: tuple[str, ...] = TRIED,
) -> Criterion:
    """Compare a number in one way to rest with that in another, as a ratio."""
    effect = log_ratio(*(_at(name, measure, variable, way) for way in ways))
    of = tuple(label(name, way) for way in ways)
    return Criterion(title, effect, low, high, ratio=True, of=of, negative=negative, positive=())


def _at(name: str, measure: str, variable: str, way: Way = USUAL) -> Effect:
    return number(measure, variable, label(name, way))


def _of(name: str, way: Way) -> tuple[str, ...]:
    return label(name, way), label(name, USUAL)
