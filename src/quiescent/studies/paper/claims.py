"""The claims of Krishna et al. (2024), and of its theory, as data: which effects have to lie where."""

import math
from collections.abc import Sequence

from quiescent.studies.paper.criteria import (
    aligned,
    context,
    drift,
    erratic,
    explores_less,
    matches,
    prefers_own,
    short,
    smooth,
)
from quiescent.studies.paper.effects import Claim, Criterion, difference, log, log_ratio, number, plain, ratio
from quiescent.studies.paper.experiments import NOISY
from quiescent.studies.paper.temperature import best_factor, law_gain, spread_slope

UNBIASED, BIASED = NOISY, "spatial_navigation/noisy_biased"
FREE, FREE_BIASED = "spatial_navigation/no-noise_unbiased", "spatial_navigation/no-noise_biased"
HD, HD_BIASED, HD_FREE = (f"head_direction/{name}" for name in ("noisy_unbiased", "noisy_biased", "no-noise_unbiased"))
GRU, GRU_BIASED = "gru/noisy_unbiased", "gru/noisy_biased"
LONG, UNIFORM = f"{NOISY}_long", f"{NOISY}_uniform"


CLAIMS: Sequence[Claim] = (
    Claim(
        "1",
        "Noisy networks at rest match the density of unbiased behaviour: far below the untrained network, near the "
        "floor",
        matches(UNBIASED),
        ["spatial_navigation/kl_matrix", "spatial_navigation/density"],
        context(UNBIASED),
    ),
    Claim(
        "2",
        "The same when behaviour is biased; each network matches its own behaviour better than the other",
        [*matches(BIASED), prefers_own(BIASED, UNBIASED), prefers_own(UNBIASED, BIASED)],
        ["spatial_navigation/kl_matrix", "spatial_navigation/density"],
        context(BIASED),
    ),
    Claim(
        "3",
        "Networks trained without noise have a low KL too, but explore less",
        [
            matches(FREE)[0],
            matches(FREE_BIASED)[0],
            *explores_less(UNBIASED, FREE),
            *explores_less(BIASED, FREE_BIASED),
        ],
        ["spatial_navigation/summary", "spatial_navigation/displacement", "spatial_navigation/coverage"],
        context(FREE),
    ),
    Claim(
        "4",
        "Noisy networks' paths at rest are smooth; noise added at rest to networks trained without it makes them "
        "erratic",
        [smooth(UNBIASED), smooth(BIASED), erratic(FREE), erratic(FREE_BIASED)],
        ["spatial_navigation/summary", "spatial_navigation/trajectories"],
    ),
    Claim(
        "5",
        "Active and quiescent states share a low-dimensional manifold",
        [aligned(UNBIASED), aligned(BIASED)],
        ["spatial_navigation/dimensionality", "spatial_navigation/manifold"],
        [
            Criterion(
                f"{short(one)}: participation ratio, {phase}", number("dimensionality", "participation", one, phase)
            )
            for one in (UNBIASED, BIASED)
            for phase in ("active", "quiescent")
        ]
        + [
            Criterion(
                f"{short(one)}: fraction in behaviour's 10 PCs, {phase}",
                number("dimensionality", "shared", one, phase, component=10),
            )
            for one in (UNBIASED, BIASED)
            for phase in ("active", "quiescent")
        ],
    ),
    Claim(
        "6",
        "Undoubled noise at rest gives the same result; the match is best at sqrt(2), and the spread follows p^(2/c^2)",
        [
            *matches(UNBIASED, "same", ", undoubled"),
            *matches(BIASED, "same", ", undoubled"),
            *(
                Criterion(f"{short(one)}: best factor, octaves from sqrt(2)", best_factor(one), low=-0.5, high=0.5)
                for one in (UNBIASED, BIASED)
            ),
            Criterion("noisy_biased: slope of log spread on the law's", spread_slope(BIASED), low=0.5, high=1.5),
            Criterion("noisy_biased: KL gained by the law's density", law_gain(BIASED), low=0.0, unit="nats"),
        ],
        ["spatial_navigation/temperature"],
        [
            Criterion("noisy_unbiased: slope of log spread on the law's", spread_slope(UNBIASED)),
            Criterion("noisy_unbiased: KL gained by the law's density", law_gain(UNBIASED), unit="nats"),
        ],
    ),
    Claim(
        "7",
        "The manifold of headings is a ring and covered at rest; at rest it turns counter-clockwise if behaviour did,"
        " else not",
        [
            Criterion(
                "noisy_unbiased: persistence of the ring (death over birth)",
                log(plain("ring", "ratio", HD)),
                low=math.log(3),
                ratio=True,
            ),
            Criterion("noisy_unbiased: fraction of the ring covered at rest", number("ring", "covered", HD), low=0.9),
            Criterion(
                "noisy_biased: mean angular velocity at rest",
                number("turning", "velocity", HD_BIASED),
                low=0.0,
                unit="rad/s",
            ),
            Criterion(
                "noisy_unbiased: mean angular velocity at rest over noisy_biased's awake",
                ratio(number("turning", "velocity", HD), number("turning", "velocity", HD_BIASED, "active")),
                low=-0.1,
                high=0.1,
            ),
        ],
        ["head_direction/ring", "head_direction/turning", "head_direction/density"],
        [
            *context(HD),
            *context(HD_BIASED),
            Criterion("noisy_biased: clockwise steps at rest", number("turning", "reversals", HD_BIASED)),
        ],
    ),
    Claim(
        "8",
        "Gated networks show 1 and 2 (noise at rest not doubled, as in the paper)",
        [*matches(GRU), *matches(GRU_BIASED), prefers_own(GRU_BIASED, GRU), prefers_own(GRU, GRU_BIASED)],
        ["gru/kl_matrix", "gru/density"],
        [*context(GRU), *context(GRU, "doubled")[:1], *context(GRU_BIASED, "doubled")[:1]],
    ),
    Claim(
        "9",
        "The theory: left alone, a noisy network climbs the score of the density of its active states, by sigma^2",
        [
            *(
                Criterion(f"{short(one)}: cosine of drift and score, 3 PCs", drift("cosine", one), low=0.5)
                for one in (UNBIASED, BIASED)
            ),
            *(
                Criterion(
                    f"{short(one)}: slope over sigma^2, 3 PCs", drift("slope_over_theory", one), low=0.5, high=2.0
                )
                for one in (UNBIASED, BIASED)
            ),
            Criterion(
                "cosine, noisy less noise-free", difference(drift("cosine", UNBIASED), drift("cosine", FREE)), low=0.0
            ),
        ],
        ["spatial_navigation/drift"],
    ),
    Claim(
        "10",
        "A dream lasts as long as the code at rest stays valid; longer training trials extend it",
        [
            Criterion(
                "longer trials over usual ones: time at rest until the code fades",
                log_ratio(number("validity", "lifetime", LONG), number("validity", "lifetime", UNBIASED)),
                low=0.0,
                ratio=True,
            )
        ],
        ["spatial_navigation/validity"],
        [
            Criterion(f"{one}: valid for", number("validity", "lifetime", one), unit="s")
            for one in (UNBIASED, BIASED, FREE, FREE_BIASED, LONG, HD, HD_BIASED, HD_FREE, GRU, GRU_BIASED)
        ],
    ),
)


def _results_of(condition: str) -> list[Criterion]:
    """Claim of one condition what is claimed of unbiased noisy networks."""
    criteria = [
        *matches(condition),
        *explores_less(condition, FREE),
        smooth(condition),
        aligned(condition),
        Criterion("cosine of drift and score, 3 PCs", drift("cosine", condition), low=0.5),
        Criterion("slope over sigma^2, 3 PCs", drift("slope_over_theory", condition), low=0.5, high=2.0),
    ]
    return [one._replace(name=one.name.replace(short(condition), "noisy")) for one in criteria]


# The authors' public code samples noise from Uniform[0, 1) where the paper has a Gaussian: which results change?
NOISES = {
    kind: Claim(f"{kind} noise", f"Results of unbiased noisy networks, with {kind} noise", _results_of(one), [])
    for kind, one in (("gaussian", UNBIASED), ("uniform", UNIFORM))
}
