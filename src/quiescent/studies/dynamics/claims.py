"""Claims about friction and adaptation, as data: each an effect of one way to rest beside another.

They are after Casco-Rodriguez, Krishna and Baraniuk (2026, arXiv 2602.18401), of whose dynamics these are of the kind
described, and readers' own. Every criterion is put to a frozen network, an untrained one and read-out noise, which
rest in the same ways and must fail it.
"""

import math

from quiescent.studies.dynamics.design import BOTH, SLIPPERY, TIRED, TRIED, USUAL, Way, label
from quiescent.studies.paper.effects import Effect, difference, log_ratio, number
from quiescent.studies.paper.judge import Claim, Criterion

COVERAGE, MEMORY = ("coverage", "coverage_decoded"), ("autocorrelation", "after_50")
MOVED, REACH, SPEED = ("displacement", "msd_100"), ("reach", "reach_rate"), ("compression", "speed")
PLACES, VALID = ("wasserstein", "wasserstein"), ("validity", "valid_fraction")
MORE, KEPT = math.log(1.1), math.log(1.25)  # logarithms of ratios that count
LONGER, SOONER = 0.02, 0.001  # differences that count: of autocorrelations, and of regions reached per second


def claims_of(name: str) -> list[Claim]:
    """List the claims about networks of one environment."""
    return [
        Claim(
            "1",
            "theory",
            "Adaptation makes rest explore: it covers more, and its path is correlated for longer",
            [
                _more("visited area, with adaptation over without", name, COVERAGE, TIRED, MORE),
                _higher("autocorrelation after 50 steps, with adaptation less without", name, MEMORY, TIRED, LONGER),
            ],
        ),
        Claim(
            "2",
            "theory",
            "Momentum at matched temperature makes rest faster",
            [
                _more("squared displacement in 100 steps, friction 0.5 over 1", name, MOVED, SLIPPERY, MORE),
                _higher("regions reached per second, friction 0.5 less 1", name, REACH, SLIPPERY, SOONER),
            ],
            reported=[_more("length of the path per second, friction 0.5 over 1", name, SPEED, SLIPPERY, MORE)],
        ),
        Claim(
            "3",
            "theory",
            "Both together are fast and explore",
            [
                _more("visited area, both over neither", name, COVERAGE, BOTH, MORE),
                _more("squared displacement in 100 steps, both over neither", name, MOVED, BOTH, MORE),
                _higher("regions reached per second, both less neither", name, REACH, BOTH, SOONER),
            ],
        ),
        Claim("4", "question", "Both leave the places of behaviour and the code as they are", _kept(name)),
    ]


def _more(title: str, name: str, of: tuple[str, str], way: Way, low: float) -> Criterion:
    """Say that a number is larger in a way to rest than in the usual one; `low` is the logarithm of by how much."""
    effect = log_ratio(_at(name, of, way), _at(name, of))
    return Criterion(title, effect, low, ratio=True, of=_of(name, way), negative=TRIED, positive=())


def _higher(title: str, name: str, of: tuple[str, str], way: Way, low: float) -> Criterion:
    """Say that a number, which may be zero, is larger in a way to rest than in the usual one, by `low` or more."""
    effect = difference(_at(name, of, way), _at(name, of))
    return Criterion(title, effect, low, of=_of(name, way), negative=TRIED, positive=())


def _kept(name: str) -> list[Criterion]:
    """Say that places and code stay as they are; a frozen network keeps both too, so that none must fail."""
    farther = log_ratio(_at(name, PLACES, BOTH), _at(name, PLACES))
    fewer = difference(_at(name, VALID, BOTH), _at(name, VALID))
    of = _of(name, BOTH)
    title = "Wasserstein distance from behaviour, both over neither"
    return [
        Criterion(title, farther, high=KEPT, ratio=True, of=of, negative=(), positive=()),
        Criterion("fraction of valid steps, both less neither", fewer, low=-0.1, of=of, negative=(), positive=()),
    ]


def _at(name: str, of: tuple[str, str], way: Way = USUAL) -> Effect:
    return number(*of, label(name, way))


def _of(name: str, way: Way) -> tuple[str, ...]:
    return label(name, way), label(name, USUAL)
