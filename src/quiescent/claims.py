"""The paper's claims, each decided by effects with a 95 % interval over seeds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.experiments.paper import NOISY
from quiescent.measures.intervals import seed_interval

Results = Mapping[str, xr.Dataset]  # by "family/measure"
PerSeed = Float[np.ndarray, " seed"]
Verdict = Literal["supported", "not supported", "undecided"]
Effect = Callable[["Reader"], PerSeed]
UNDECIDED = "undecided at this number of seeds"


class Reader(NamedTuple):
    """Looks numbers up in results, in one of the two readings."""

    results: Results
    reading: str

    def get(self, measure: str, variable: str, condition: str, **where: object) -> PerSeed:
        """One number per seed; NaN for what was not measured."""
        family = condition.split("/")[0]
        dataset = self.results.get(f"{family}/{measure}")
        if dataset is None or variable not in dataset:
            return np.array([math.nan])
        array = dataset[variable]
        where = {"condition": condition} | where
        if "reading" in array.dims:
            where["reading"] = self.reading
        for dim, label in where.items():
            if label not in array[dim].values:
                return np.full(array.sizes["seed"], math.nan)
            array = array.sel({dim: label})
        return np.asarray(array.values, float)


class Criterion(NamedTuple):
    """An effect, and the range in which a claim says that it lies. Of a ratio, the effect is its logarithm."""

    name: str
    effect: Effect
    low: float = -math.inf
    high: float = math.inf
    ratio: bool = False
    unit: str = ""


class Outcome(NamedTuple):
    """What a criterion found: mean over seeds and 95 % interval (ratios as such), and the number of seeds."""

    name: str
    verdict: Verdict
    mean: float
    low: float
    high: float
    seeds: int
    claimed: str
    unit: str


class Claim(NamedTuple):
    """One row of the table."""

    number: str
    text: str
    criteria: Sequence[Criterion]
    figures: Sequence[str]  # that show it, as family/figure
    reported: Sequence[Criterion] = ()  # numbers beside it, which decide nothing


class Decision(NamedTuple):
    """A claim decided, by reading."""

    claim: Claim
    verdicts: Mapping[str, Verdict]
    outcomes: Mapping[str, Sequence[Outcome]]
    reported: Mapping[str, Sequence[Outcome]]


def decide(claim: Claim, results: Results) -> Decision:
    """A claim is supported if all of its criteria are, and not supported if any is not."""
    verdicts: dict[str, Verdict] = {}
    outcomes, reported = {}, {}
    for reading in ("all", "valid"):
        outcomes[reading] = [judge(one, Reader(results, reading)) for one in claim.criteria]
        reported[reading] = [judge(one, Reader(results, reading)) for one in claim.reported]
        found = {one.verdict for one in outcomes[reading]}
        verdicts[reading] = (
            "not supported" if "not supported" in found else "undecided" if "undecided" in found else "supported"
        )
    return Decision(claim, verdicts, outcomes, reported)


def judge(criterion: Criterion, reader: Reader) -> Outcome:
    """Supported if the whole interval lies where the claim says, not supported if none of it does."""
    values = criterion.effect(reader)
    mean, low, high = seed_interval(values)
    verdict: Verdict = "undecided"
    if low >= criterion.low and high <= criterion.high:
        verdict = "supported"
    elif high < criterion.low or low > criterion.high:
        verdict = "not supported"
    shown = math.exp if criterion.ratio else float
    edges = [shown(edge) for edge in (criterion.low, criterion.high)]
    if criterion.ratio and edges[0] == 0:
        edges[0] = -math.inf
    return Outcome(
        criterion.name,
        verdict,
        *(shown(value) if math.isfinite(value) else math.nan for value in (mean, low, high)),
        int(np.isfinite(values).sum()),
        _claimed(*edges),
        criterion.unit,
    )


def _claimed(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f"> {low:.3g}"
    return f"< {high:.3g}" if math.isinf(low) else f"{low:.3g} to {high:.3g}"


def kl(condition: str, phase: str = "quiescent", reference: str = "") -> Effect:
    """KL of a phase from the behaviour of its own or another condition."""
    return lambda reader: reader.get("kl", "kl", condition, phase=phase, reference=reference or condition)


def number(measure: str, variable: str, condition: str, phase: str = "quiescent", **where: object) -> Effect:
    """A variable of a measure in one phase."""
    return lambda reader: reader.get(measure, variable, condition, phase=phase, **where)


def difference(one: Effect, other: Effect) -> Effect:
    return lambda reader: one(reader) - other(reader)


def log_ratio(one: Effect, other: Effect) -> Effect:
    def effect(reader: Reader) -> PerSeed:
        above, below = one(reader), other(reader)
        fine = (above > 0) & (below > 0)
        return np.where(fine, np.log(np.where(fine, above, 1) / np.where(fine, below, 1)), math.nan)

    return effect


def excess(condition: str, phase: str = "quiescent") -> Effect:
    """How far the KL of rest lies from its floor (0), on the way to that of an untrained network (1)."""

    def effect(reader: Reader) -> PerSeed:
        own, floor = (kl(condition, one)(reader) for one in (phase, "behaviour"))
        untrained = kl(condition, "random")(reader._replace(reading="all"))  # its code is never valid
        return np.asarray((own - floor) / (untrained - floor))

    return effect


def always(effect: Effect) -> Effect:
    """The effect over all steps, whatever the reading."""
    return lambda reader: effect(reader._replace(reading="all"))


HALF, NEAR = math.log(0.5), 0.25  # far below the untrained network; near the floor


def matches(condition: str, phase: str = "quiescent", note: str = "") -> list[Criterion]:
    """Rest has the density of behaviour."""
    name = condition.split("/")[1] + note
    untrained = always(kl(condition, "random"))
    return [
        Criterion(f"{name}: KL over untrained", log_ratio(kl(condition, phase), untrained), high=HALF, ratio=True),
        Criterion(f"{name}: way from floor to untrained", excess(condition, phase), high=NEAR),
    ]


def context(condition: str, phase: str = "quiescent") -> list[Criterion]:
    """The KLs behind it."""
    name = condition.split("/")[1]
    return [
        Criterion(f"{name}: KL {phase}", kl(condition, phase), unit="nats"),
        Criterion(f"{name}: KL floor", kl(condition, "behaviour"), unit="nats"),
        Criterion(f"{name}: KL untrained", always(kl(condition, "random")), unit="nats"),
        Criterion(f"{name}: KL uniform", kl(condition, "uniform"), unit="nats"),
        Criterion(f"{name}: share of valid steps", number("validity", "share", condition, phase)),
    ]


def prefers_own(condition: str, other: str, phase: str = "quiescent") -> Criterion:
    """Rest is nearer to the behaviour that the network learned than to another one."""
    name, second = (one.split("/")[1] for one in (condition, other))
    gain = difference(kl(condition, phase, other), kl(condition, phase))
    return Criterion(f"{name}: KL vs {second} less KL vs own", gain, low=0.0, unit="nats")


def best_factor(condition: str) -> Effect:
    """Logarithm to base 2 of the factor of noise at rest with the lowest KL, over sqrt(2)."""

    def effect(reader: Reader) -> PerSeed:
        table = _scan(reader, condition, "kl")
        if table is None:
            return np.array([math.nan])
        moving = table.sel(factor=table["factor"] > 0)
        values = moving.transpose("seed", "factor").values
        best = np.where(np.isfinite(values), values, math.inf).argmin(1)
        found = np.log2(moving["factor"].values[best] / math.sqrt(2))
        return np.where(np.isfinite(values).any(1), found, math.nan)

    return effect


def spread_slope(condition: str) -> Effect:
    """Slope of the log spread of rest on that of the temperature law over all factors: 1 if the law holds."""

    def effect(reader: Reader) -> PerSeed:
        measured, predicted = (_scan(reader, condition, name) for name in ("spread", "predicted"))
        if measured is None or predicted is None:
            return np.array([math.nan])
        slopes = []
        for seed in measured["seed"].values:
            y, x = (np.log(one.sel(seed=seed).values) for one in (measured, predicted))
            there = np.isfinite(x) & np.isfinite(y)
            slopes.append(float(np.polyfit(x[there], y[there], 1)[0]) if there.sum() > 2 else math.nan)
        return np.array(slopes)

    return effect


def law_gain(condition: str) -> Effect:
    """KL from behaviour less KL from the tempered density, mean over the factors other than sqrt(2)."""

    def effect(reader: Reader) -> PerSeed:
        plain, law = (_scan(reader, condition, name) for name in ("kl", "kl_tempered"))
        if plain is None or law is None:
            return np.array([math.nan])
        factors = plain["factor"].values
        others = (factors > 0) & (np.abs(factors - math.sqrt(2)) > 0.01)
        gain = (plain - law).transpose("seed", "factor").values[:, others]
        there = np.isfinite(gain)
        number = there.sum(1)
        return np.where(number > 0, np.where(there, gain, 0).sum(1) / np.maximum(number, 1), math.nan)

    return effect


def _scan(reader: Reader, condition: str, variable: str) -> xr.DataArray | None:
    dataset = reader.results.get(f"{condition.split('/')[0]}/temperature")
    if dataset is None or condition not in dataset["condition"].values:
        return None
    return dataset[variable].sel(condition=condition, reading=reader.reading)


UNBIASED, BIASED = NOISY, "spatial_navigation/noisy_biased"
FREE, FREE_BIASED = "spatial_navigation/no-noise_unbiased", "spatial_navigation/no-noise_biased"
HD, HD_BIASED, HD_FREE = (f"head_direction/{name}" for name in ("noisy_unbiased", "noisy_biased", "no-noise_unbiased"))
GRU, GRU_BIASED = "gru/noisy_unbiased", "gru/noisy_biased"
LONG = f"{NOISY}_long"


def _short(condition: str) -> str:
    return condition.split("/")[1]


def explores_less(noisy: str, free: str) -> list[Criterion]:
    """A noise-free network visits less than a noisy one."""
    pair = f"{_short(noisy)} over {_short(free)}"
    common = difference(number("common_start", "kl_common", free), number("common_start", "kl_common", noisy))
    ratios = {
        "variance": ("variance", "variance"),
        "displacement after 100 steps": ("displacement", "msd_100"),
        "coverage": ("coverage", "coverage_end"),
    }
    return [
        Criterion(f"{title}, {pair}", log_ratio(number(*what, noisy), number(*what, free)), low=0.0, ratio=True)
        for title, what in ratios.items()
    ] + [Criterion(f"KL from a common start, {_short(free)} less {_short(noisy)}", common, low=0.0, unit="nats")]


def _drift(variable: str, condition: str) -> Effect:
    return lambda reader: reader.get("drift", variable, condition, components=2)


def smooth(condition: str) -> Criterion:
    steps = log_ratio(number("distance", "distance", condition), number("distance", "distance", condition, "active"))
    return Criterion(f"{_short(condition)}: step at rest over step awake", steps, high=0.0, ratio=True)


def erratic(condition: str) -> Criterion:
    noisy, awake = (number("distance", "distance", condition, phase) for phase in ("noisy", "active"))
    name = f"{_short(condition)}: step with noise at rest over step awake"
    return Criterion(name, log_ratio(noisy, awake), low=math.log(1.5), ratio=True)


def aligned(condition: str) -> Criterion:
    return Criterion(
        f"{_short(condition)}: variance in behaviour's PCs over best",
        number("dimensionality", "alignment", condition),
        low=0.8,
    )


CLAIMS: Sequence[Claim] = (
    Claim(
        "1",
        "Noisy networks at rest match the density of unbiased behaviour: far below the untrained network, near the floor",
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
        "Noisy networks' paths at rest are smooth; noise added at rest to networks trained without it makes them erratic",
        [smooth(UNBIASED), smooth(BIASED), erratic(FREE), erratic(FREE_BIASED)],
        ["spatial_navigation/summary", "spatial_navigation/trajectories"],
    ),
    Claim(
        "5",
        "Active and quiescent states share a low-dimensional manifold",
        [aligned(UNBIASED), aligned(BIASED)],
        ["spatial_navigation/dimensionality", "spatial_navigation/manifold"],
        [
            Criterion(f"{_short(one)}: {title}", number(*what, phase=phase, **where))
            for one in (UNBIASED, BIASED)
            for phase in ("active", "quiescent")
            for title, what, where in (
                (f"participation ratio, {phase}", ("dimensionality", "participation", one), {}),
                (f"share in behaviour's 10 PCs, {phase}", ("dimensionality", "shared", one), {"component": 10}),
            )
        ],
    ),
    Claim(
        "6",
        "Undoubled noise at rest gives the same result; the match is best at sqrt(2), and the spread follows p^(2/c^2)",
        [
            *matches(UNBIASED, "same", ", undoubled"),
            *matches(BIASED, "same", ", undoubled"),
            *(
                Criterion(f"{_short(one)}: best factor, octaves from sqrt(2)", best_factor(one), low=-0.5, high=0.5)
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
        "The manifold of headings is a ring and covered at rest; at rest it turns counter-clockwise if behaviour did, else not",
        [
            Criterion(
                "noisy_unbiased: persistence of the ring (death over birth)",
                lambda r: np.log(r.get("ring", "ratio", HD)),
                low=math.log(3),
                ratio=True,
            ),
            Criterion("noisy_unbiased: share of the ring covered at rest", number("ring", "covered", HD), low=0.9),
            Criterion(
                "noisy_biased: mean angular velocity at rest",
                number("turning", "velocity", HD_BIASED),
                low=0.0,
                unit="rad/s",
            ),
            Criterion(
                "noisy_unbiased: mean angular velocity at rest over noisy_biased's awake",
                lambda r: number("turning", "velocity", HD)(r) / number("turning", "velocity", HD_BIASED, "active")(r),
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
                Criterion(f"{_short(one)}: cosine of drift and score, 2 PCs", _drift("cosine", one), low=0.5)
                for one in (UNBIASED, BIASED)
            ),
            *(
                Criterion(
                    f"{_short(one)}: slope over sigma^2, 2 PCs", _drift("slope_over_theory", one), low=0.5, high=2.0
                )
                for one in (UNBIASED, BIASED)
            ),
            Criterion(
                "cosine, noisy less noise-free", difference(_drift("cosine", UNBIASED), _drift("cosine", FREE)), low=0.0
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
