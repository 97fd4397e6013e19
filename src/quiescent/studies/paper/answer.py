"""The answer in a few lines: one sentence per claim, chosen by its verdicts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from quiescent.studies.paper.formats import Record, estimate, listed

PAPERS = ("as written", "as published")  # forms that the paper's networks may have had
HEADINGS = {
    "paper": "What the paper reports",
    "theory": "What its theory implies",
    "question": "What its readers asked, and what the theory lacks",
}
# What each outcome is called, by origin: of theory and questions, "no" is no failed reproduction.
OUTCOMES = {
    "paper": {"yes": "Replicates", "both": "Depends on the network", "no": "Does not replicate"},
    "theory": {"yes": "Holds", "both": "Depends on the network", "no": "Does not hold"},
    "question": {"yes": "Yes", "both": "Depends on the network", "no": "No"},
}
COUNTED = {  # one, several
    "yes": ("replicates", "replicate"),
    "both": ("depends on the network", "depend on the network"),
    "no": ("does not replicate", "do not replicate"),
    "open": ("is not decided", "are not decided"),
}
ORDER = tuple(COUNTED)


class Sentence(NamedTuple):
    """Say what is so if a claim is supported, and if it is not."""

    yes: str
    no: str


SENTENCES = {
    "1": Sentence(
        "Left alone, networks that learned with noise visit the places of their own behaviour",
        "Left alone, networks that learned with noise do not visit the places of their own behaviour by every test",
    ),
    "2": Sentence(
        "Networks that learned without noise move less at rest",
        "Networks that learned without noise do not move clearly less at rest",
    ),
    "3": Sentence(
        "Paths at rest are smooth, and noise added to networks that learned without it makes them erratic",
        "Paths at rest are not smooth, or noise added to networks that learned without it does not make them erratic",
    ),
    "4": Sentence(
        "Active and quiescent states share a low-dimensional manifold",
        "Active and quiescent states do not share their manifold",
    ),
    "5": Sentence(
        "The match with behaviour does not need doubled noise at rest",
        "Without doubled noise at rest the match with behaviour is lost",
    ),
    "6": Sentence(
        "Headings form a ring, and rest diffuses around it and turns as behaviour turned",
        "Headings form no ring, or rest does not diffuse around it, or does not turn as behaviour turned",
    ),
    "7": Sentence(
        "Gated networks, whose noise is not doubled, visit the places of their own behaviour too",
        "Gated networks, whose noise is not doubled, do not visit the places of their own behaviour",
    ),
    "8": Sentence(
        "Noise of sqrt(2) times the trained one fits behaviour best, and the spread follows p^(2/c^2) (eq. 19)",
        "Noise of sqrt(2) times the trained one is not the best, or the spread does not follow p^(2/c^2) (eq. 19)",
    ),
    "9": Sentence(
        "Left alone, a noisy network climbs the score of its active states as far as a perfect one would (eq. 16)",
        "Left alone, a noisy network does not climb the score of its active states as a perfect one would (eq. 16)",
    ),
    "10": Sentence(
        "An update removes noise off the manifold, and keeps what lies along it (eq. 18)",
        "An update does not remove noise off the manifold as eq. 18 asks, or does not keep what lies along it",
    ),
    "11": Sentence(
        "It is noise at rest that moves a network; what noise in training gives is that the code survives it",
        "It is not noise at rest alone that moves a network, or noise in training does not make the code survive it",
    ),
    "12": Sentence(
        "A network that has a scale of its own keeps a valid code at rest, where one without loses it: the theory needs"
        " a scale and does not say so",
        "A network that has a scale of its own does not keep a valid code at rest better than one without",
    ),
}


class Line(NamedTuple):
    """One claim in the answer: its outcome in a word, what is so in which networks, and the evidence against it."""

    number: str
    outcome: str  # yes, both, no or open
    word: str
    text: str
    evidence: str = ""


def answer(record: Record) -> dict[str, list[Line]]:
    """Write a line per claim, by origin, those that are supported first."""
    lines: dict[str, list[Line]] = {origin: [] for origin in HEADINGS}
    for claim in record["claims"]:
        lines[claim["origin"]].append(line_of(claim))
    return {origin: sorted(some, key=lambda one: ORDER.index(one.outcome)) for origin, some in lines.items() if some}


def line_of(claim: Record) -> Line:
    """Choose the sentence of a claim by its verdicts, and say in which forms of the networks it is so."""
    by_verdict: dict[str, list[str]] = {}
    for form, found in claim["forms"].items():
        by_verdict.setdefault(found["verdict"], []).append(form)
    yes, no = by_verdict.pop("supported", []), by_verdict.pop("not supported", [])
    left = "; ".join(f"{verdict}: {listed(forms)}" for verdict, forms in by_verdict.items())
    sentence = SENTENCES[claim["number"]]
    if not (yes or no):
        # One word for all, if the forms of the paper agree.
        words = {claim["forms"][form]["verdict"] for form in PAPERS if form in claim["forms"]} or set(by_verdict)
        word = next(iter(words)) if len(words) == 1 else "not decided"
        text = f"{claim['claim']}?" + ("" if set(by_verdict) == {word} else f" {left.capitalize()}.")
        return Line(claim["number"], "open", word.capitalize(), text, _so_far(claim))
    outcome = _outcome(claim, yes, no)
    parts = [
        f"{sentence.yes} ({listed(yes)})." if yes else "",
        f"Not so {listed(no)}." if yes and no else f"{sentence.no} ({listed(no)})." if no else "",
        f"{left.capitalize()}." if left else "",
    ]
    text, evidence = " ".join(filter(None, parts)), _evidence(claim, no[0]) if no else ""
    return Line(claim["number"], outcome, OUTCOMES[claim["origin"]][outcome], text, evidence)


def summary(record: Record) -> str:
    """Count the outcomes of what the paper reports."""
    lines = answer(record).get("paper", [])
    counts = {outcome: sum(line.outcome == outcome for line in lines) for outcome in ORDER}
    parts = [f"{count} {COUNTED[outcome][count > 1]}" for outcome, count in counts.items() if count]
    return f"Of the paper's {len(lines)} claims, {listed(parts)}." if lines else ""


def trained(record: Record) -> str:
    """Say how many networks the report rests on."""
    networks = record["networks"]
    least = record["least_seeds"]
    missing = sum(bool(row["missing"]) for row in networks["conditions"])
    rest = f"; {missing} of {len(networks['conditions'])} conditions lack some" if missing else ""
    return (
        f"{networks['trained']} of {networks['planned']} networks are trained and measured{rest}. "
        f"A verdict needs {least} networks per condition."
    )


def rows(record: Record) -> Iterator[tuple[str, str, Record]]:
    """List the criteria of every claim with its number, in the first form of the networks that controls were put to."""
    for claim in record["claims"]:
        tried = (
            form
            for form, found in claim["forms"].items()
            if any(one["value"] is not None for finding in found["criteria"] for one in finding["controls"].values())
        )
        form = next(tried, next(iter(claim["forms"])))
        for finding in claim["forms"][form]["criteria"]:
            yield claim["number"], form, finding


def passed_wrongly(record: Record) -> list[str]:
    """Name the criteria, of any form, that a control passes which must fail."""
    return [
        f"{claim['number']}, {form}, {finding['name']} ({listed(finding['passes_wrongly'])})"
        for claim in record["claims"]
        for form, found in claim["forms"].items()
        for finding in found["criteria"]
        if finding["passes_wrongly"]
    ]


def _outcome(claim: Record, yes: Sequence[str], no: Sequence[str]) -> str:
    """Say `yes` or `no` where the forms that the paper may have had agree, or, with none of these, all others."""
    ours = [form for form in (*yes, *no) if form in PAPERS] or [*yes, *no]
    if claim["origin"] != "question":
        yes, no = [form for form in yes if form in ours], [form for form in no if form in ours]
    return "both" if yes and no else "yes" if yes else "no"


def _evidence(claim: Record, form: str) -> str:
    """Name the first criterion that is not supported in a form, with its number, and count those that are."""
    criteria = claim["forms"][form]["criteria"]
    first = next(one for one in criteria if one["verdict"] == "not supported")
    supported = sum(one["verdict"] == "supported" for one in criteria)
    of_all = f"; {supported} of {len(criteria)} criteria are supported" if len(criteria) > 1 else ""
    where = f"{form}, " if len(claim["forms"]) > 1 else ""
    return f"{where}{first['name']}: {estimate(first)}, claimed {first['claimed']}{of_all}"


def _so_far(claim: Record) -> str:
    """Name the criteria that are decided of a claim that is not, in the first form of the networks that has any."""
    for form, found in claim["forms"].items():
        decided = [one for one in found["criteria"] if one["verdict"] in ("supported", "not supported")]
        if decided:
            words = [f"{one['name']}: {estimate(one)}, claimed {one['claimed']}, {one['verdict']}" for one in decided]
            where = f"{form}, " if len(claim["forms"]) > 1 else ""
            return f"so far {where}{'; '.join(words)}"
    return ""
