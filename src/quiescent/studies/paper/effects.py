"""Claims are decided by effects, each with a 95 % interval over seeds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.evaluation.subject import READINGS
from quiescent.statistics import seed_interval

Results = Mapping[str, xr.Dataset]  # by "family/measure"
PerSeed = Float[np.ndarray, " seed"]
Verdict = Literal["supported", "not supported", "undecided"]
Effect = Callable[["Reader"], PerSeed]


class Reader(NamedTuple):
    """Look numbers up in results, in one of the two readings."""

    results: Results
    reading: str

    def get(self, measure: str, variable: str, condition: str, **where: object) -> PerSeed:
        """Look up one number per seed; NaN for what was not measured."""
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


class Finding(NamedTuple):
    """The effect of a criterion: mean over seeds and 95 % interval (ratios as such), and the number of seeds."""

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
    findings: Mapping[str, Sequence[Finding]]
    reported: Mapping[str, Sequence[Finding]]


def decide(claim: Claim, results: Results) -> Decision:
    """Decide a claim: it is supported if all of its criteria are, and not supported if any is not."""
    verdicts: dict[str, Verdict] = {}
    findings, reported = {}, {}
    for reading in READINGS:
        findings[reading] = [judge(criterion, Reader(results, reading)) for criterion in claim.criteria]
        reported[reading] = [judge(criterion, Reader(results, reading)) for criterion in claim.reported]
        different = {finding.verdict for finding in findings[reading]}
        verdicts[reading] = next(
            (verdict for verdict in ("not supported", "undecided") if verdict in different), "supported"
        )
    return Decision(claim, verdicts, findings, reported)


def judge(criterion: Criterion, reader: Reader) -> Finding:
    """Judge a criterion: supported if its interval lies where the claim says, not supported if it lies outside."""
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
    middle, lowest, highest = (shown(value) if math.isfinite(value) else math.nan for value in (mean, low, high))
    return Finding(
        criterion.name,
        verdict,
        middle,
        lowest,
        highest,
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
    """Take the KL of a phase from the behaviour of its own or another condition."""
    return lambda reader: reader.get("kl", "kl", condition, phase=phase, reference=reference or condition)


def number(measure: str, variable: str, condition: str, phase: str = "quiescent", **where: object) -> Effect:
    """Take a variable of a measure in one phase."""
    return lambda reader: reader.get(measure, variable, condition, phase=phase, **where)


def plain(measure: str, variable: str, condition: str, **where: object) -> Effect:
    """Take a variable of a measure that has no phases."""
    return lambda reader: reader.get(measure, variable, condition, **where)


def log(effect: Effect) -> Effect:
    """Take the logarithm of an effect."""
    return lambda reader: np.log(effect(reader))


def ratio(above: Effect, below: Effect) -> Effect:
    """Divide one effect by another."""
    return lambda reader: above(reader) / below(reader)


def difference(first: Effect, second: Effect) -> Effect:
    """Subtract the second effect from the first."""
    return lambda reader: first(reader) - second(reader)


def log_ratio(above: Effect, below: Effect) -> Effect:
    """Take the logarithm of the ratio of two effects; NaN unless both are positive."""

    def effect(reader: Reader) -> PerSeed:
        numbers, others = above(reader), below(reader)
        fine = (numbers > 0) & (others > 0)
        return np.where(fine, np.log(np.where(fine, numbers, 1) / np.where(fine, others, 1)), math.nan)

    return effect


def excess(condition: str, phase: str = "quiescent") -> Effect:
    """Measure how far the KL of rest lies from its floor (0), on the way to that of an untrained network (1)."""

    def effect(reader: Reader) -> PerSeed:
        own, floor = (kl(condition, name)(reader) for name in (phase, "behaviour"))
        untrained = kl(condition, "random")(reader._replace(reading="all"))  # its code is never valid
        return np.asarray((own - floor) / (untrained - floor))

    return effect


def always(effect: Effect) -> Effect:
    """Take the effect over all steps, whatever the reading."""
    return lambda reader: effect(reader._replace(reading="all"))
