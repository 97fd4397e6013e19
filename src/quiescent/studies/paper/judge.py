"""Judge claims: verdicts over seeds, and the same criteria put to controls that must pass or must fail."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.controls import CONTROLS
from quiescent.evaluation.views import READINGS
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.statistics import Interval, seed_interval
from quiescent.studies.paper.effects import Effect, Reader, Results, Values

LEAST_SEEDS = 5  # for a verdict
TOLERANCE = 1e-6  # of a comparison with a limit, relative
Origin = Literal["paper", "theory", "question"]  # reported there; implied by its equations; asked by readers
Verdict = Literal["supported", "not supported", "not decided", "not testable at this size", "not measured"]
WORST: Sequence[Verdict] = ("not supported", "not measured", "not decided", "not testable at this size", "supported")
DEAD = ("frozen", "untrained", "readout_noise")


class Criterion(NamedTuple):
    """An effect, and the range in which a claim says that it lies. Of a ratio, the effect is its logarithm.

    `of` are the conditions whose networks controls take the place of. Controls in `negative` must fail it, and those in
    `positive` must pass, or else it is not testable with networks of this size and rests of this length.
    """

    name: str
    effect: Effect
    low: float = -math.inf
    high: float = math.inf
    ratio: bool = False
    unit: str = ""
    of: tuple[str, ...] = ()
    negative: tuple[str, ...] = DEAD
    positive: tuple[str, ...] = ("perfect",)
    reading: str = "valid"
    window: str = PAPER

    def admits(self, value: float) -> bool:
        """Tell whether a value lies in the range, within a tolerance of its ends."""
        slack = TOLERANCE * max(1.0, *(abs(end) for end in (self.low, self.high) if math.isfinite(end)))
        return bool(self.low - slack <= value <= self.high + slack)


class Claim(NamedTuple):
    """A claim, by whom, what decides it, and numbers beside it that decide nothing."""

    number: str
    origin: Origin
    text: str
    criteria: Sequence[Criterion]
    figures: Sequence[str] = ()  # that show it, as family/figure
    reported: Sequence[Criterion] = ()


class Tried(NamedTuple):
    """Score of a control in the networks' place, whether it passed, and its score over all steps, valid or not."""

    value: float
    passed: bool
    anyway: float = math.nan


class Finding(NamedTuple):
    """Verdict on a criterion: mean over seeds with its interval (ratios as such), and what controls score."""

    criterion: Criterion
    verdict: Verdict
    interval: Interval
    seeds: int  # at which it could be measured
    bounds: Mapping[int, int]  # of how many of them only a bound is known: at most (-1), at least (1)
    views: Mapping[str, Interval]  # "reading, window", where the effect depends on them
    controls: Mapping[str, Tried]


class Decision(NamedTuple):
    """A claim decided."""

    claim: Claim
    verdict: Verdict
    findings: Sequence[Finding]
    reported: Sequence[Finding]


def decide(claim: Claim, results: Results) -> Decision:
    """Decide a claim: it is supported if all of its criteria are, and not supported if any is not."""
    findings = [judge(criterion, results) for criterion in claim.criteria]
    verdicts: list[Verdict] = [finding.verdict for finding in findings] or ["not measured"]
    verdict = min(verdicts, key=WORST.index)
    return Decision(claim, verdict, findings, [judge(criterion, results) for criterion in claim.reported])


def judge(criterion: Criterion, results: Results) -> Finding:
    """Judge a criterion by five seeds or more, and put it to every control."""
    found = criterion.effect(Reader(results, criterion.reading, criterion.window))
    finite = np.isfinite(found.numbers)
    controls = {name: _tried(criterion, name, results) for name in CONTROLS} if criterion.of else {}
    return Finding(
        criterion,
        _verdict(criterion, found, controls),
        _shown(criterion, found),
        int(finite.sum()),
        {side: int((finite & (found.bounds == side)).sum()) for side in (-1, 1)},
        _views(criterion, results),
        controls,
    )


def passes_wrongly(finding: Finding) -> list[str]:
    """List the negative controls that pass a criterion: with any of them it would say nothing."""
    return [name for name in finding.criterion.negative if name in finding.controls and finding.controls[name].passed]


def _verdict(criterion: Criterion, found: Values, controls: Mapping[str, Tried]) -> Verdict:
    if not np.isfinite(found.numbers).any():
        return "not measured"
    if any(controls[name].passed for name in criterion.negative if name in controls):
        return "not decided"  # what a dead network does says nothing about a living one
    tried = [controls[name] for name in criterion.positive if name in controls]
    if any(not math.isnan(one.value) and not one.passed for one in tried):
        return "not testable at this size"
    _, low, high = seed_interval(found.numbers)
    complete = np.isfinite(found.numbers).all() and len(found.numbers) >= LEAST_SEEDS
    if not complete or found.bounds.any() or (criterion.low == -math.inf and criterion.high == math.inf):
        return "not decided"
    if criterion.admits(low) and criterion.admits(high):
        return "supported"
    return "not supported" if high < criterion.low or low > criterion.high else "not decided"


def _tried(criterion: Criterion, control: str, results: Results) -> Tried:
    reader = Reader(results, criterion.reading, criterion.window, control, criterion.of)
    numbers, bounds = criterion.effect(reader)
    anyway = _first(criterion, criterion.effect(reader._replace(reading="all")).numbers)
    if not len(numbers) or math.isnan(numbers[0]):
        return Tried(math.nan, False, anyway)
    passed = criterion.admits(float(numbers[0])) and not bounds[0]
    return Tried(_first(criterion, numbers), bool(passed), anyway)


def _first(criterion: Criterion, numbers: Float[np.ndarray, " seed"]) -> float:
    return _plain(criterion, float(numbers[0])) if len(numbers) else math.nan


def _views(criterion: Criterion, results: Results) -> dict[str, Interval]:
    views = {}
    for reading in READINGS:
        for window in (PAPER, *WINDOWS):
            interval = _shown(criterion, criterion.effect(Reader(results, reading, window)))
            views[f"{reading}, {window}"] = interval
    return views if len(set(views.values())) > 1 else {}


def _shown(criterion: Criterion, found: Values) -> Interval:
    return Interval(*(_plain(criterion, value) for value in seed_interval(found.numbers)))


def _plain(criterion: Criterion, value: float) -> float:
    return math.exp(min(value, 700.0)) if criterion.ratio and not math.isnan(value) else value


def claimed(criterion: Criterion) -> str:
    """Write the range that a claim says."""
    low, high = (_plain(criterion, end) if math.isfinite(end) else end for end in (criterion.low, criterion.high))
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f"> {low:.3g}"
    return f"< {high:.3g}" if math.isinf(low) else f"{low:.3g} to {high:.3g}"
