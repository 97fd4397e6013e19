"""Claims decided in every form of the networks, as plain values."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from quiescent.statistics import Interval
from quiescent.studies.paper.claims import claims_of
from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.experiments import FORMS, Family, Form
from quiescent.studies.paper.formats import Record
from quiescent.studies.paper.horizon import PERFECT, needed
from quiescent.studies.paper.judge import Decision, Finding, claimed, decide, passes_wrongly

HORIZON = 20.0  # s, over which the paper reads densities: what relaxes sooner does not fail for want of time
Name = TypeVar("Name", bound=str)  # of networks that are decided apart, such as their forms
UNTESTABLE = "not testable at this size"


def decide_all(results: Results, families: Sequence[Family]) -> dict[Form, list[Decision]]:
    """Decide the claims about some families in every form."""
    return {
        form: [decide(claim, results) for claim in claims_of(form) if claim.figures[0].split("/")[0] in families]
        for form in FORMS
    }


def claims(decisions: Mapping[Name, Sequence[Decision]], results: Results, seeds: int) -> list[Record]:
    """Write decisions claim by claim, each with its forms; `seeds` is how many networks each condition shall have."""
    found: dict[str, dict[str, Any]] = {}
    for form, decided in decisions.items():
        for one in decided:
            claim = one.claim
            known = {"number": claim.number, "origin": claim.origin, "claim": claim.text, "forms": {}}
            row = found.setdefault(claim.number, known | {"figures": list(claim.figures)})
            row["forms"][form] = _form(one, results, seeds)
    return sorted(found.values(), key=lambda row: int(row["number"]))


def _form(decision: Decision, results: Results, seeds: int) -> Record:
    criteria = [_finding(finding, results, seeds) for finding in decision.findings]
    needs = [one["needs"] for one in criteria if one["needs"]]
    return {
        "verdict": decision.verdict,
        "needs": max(needs, key=lambda one: one["seconds"], default=None) if decision.verdict == UNTESTABLE else None,
        "criteria": criteria,
        "reported": [_finding(finding, results, seeds) | {"verdict": None} for finding in decision.reported],
    }


def _finding(finding: Finding, results: Results, seeds: int) -> dict[str, Any]:
    criterion, tried = finding.criterion, finding.controls
    perfect = tried.get(PERFECT)
    fails = finding.verdict == UNTESTABLE and perfect is not None and not perfect.passed
    horizon = needed(results, criterion.of) if fails else None
    return {
        "name": criterion.name,
        "unit": criterion.unit,
        "claimed": claimed(criterion),
        "low": _end(criterion.low, criterion.ratio),
        "high": _end(criterion.high, criterion.ratio),
        "reading": criterion.reading,
        "window": criterion.window,
        "of": list(criterion.of),
        **_plain(finding.interval),
        "seeds": finding.seeds,
        "planned": seeds,
        "at_most": finding.bounds[-1],
        "at_least": finding.bounds[1],
        "verdict": finding.verdict,
        "needs": horizon if horizon and horizon["seconds"] > HORIZON else None,
        "views": {view: list(_plain_list(interval)) for view, interval in finding.views.items()},
        "controls": {
            name: {"value": _known(one.value), "passed": one.passed, "anyway": _known(one.anyway)}
            for name, one in finding.controls.items()
        },
        "negative": [name for name in criterion.negative if tried],
        "positive": [name for name in criterion.positive if tried],
        "passes_wrongly": passes_wrongly(finding),
    }


def _plain(interval: Interval) -> Record:
    mean, low, high = _plain_list(interval)
    return {"mean": mean, "interval": [low, high]}


def _plain_list(interval: Interval) -> list[float | None]:
    return [_known(value) for value in interval]


def _end(value: float, ratio: bool) -> float | None:
    return _known(math.exp(value) if ratio else value)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
