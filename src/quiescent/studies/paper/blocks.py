"""Blocks of Markdown made from a record: the answer, and tables."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from quiescent.errors import QuiescentError, nearest
from quiescent.measures.measure import PAPER
from quiescent.studies.paper import answer, fading, formats
from quiescent.studies.paper.experiments import FORMS, SUFFIXES
from quiescent.studies.paper.formats import Record

KEPT = "as the paper reads it"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    cells = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)


def _answer(record: Record) -> str:
    parts = [f"**{answer.summary(record)}**"]
    for origin, lines in answer.answer(record).items():
        parts.append(f"{answer.HEADINGS[origin]}:")
        parts.append("\n".join(_line(line) for line in lines))
    return "\n\n".join(parts)


def _line(line: answer.Line) -> str:
    evidence = f" ({line.evidence})" if line.evidence else ""
    return f"- **{line.word}.** {line.text}{evidence} *Claim {line.number}.*"


def _networks(record: Record) -> str:
    missing = [row for row in record["networks"]["conditions"] if row["missing"]]
    seeds = len(record["networks"]["seeds"])
    if not missing:
        return answer.trained(record)
    cells = [
        [row["condition"], row["form"], f"{row['trained']} of {seeds}", ", ".join(map(str, row["missing"]))]
        for row in missing
    ]
    return answer.trained(record) + "\n\n" + table(["networks", "form", "trained", "missing seeds"], cells)


def _claims(record: Record) -> str:
    cells = [
        [claim["number"], claim["origin"], claim["claim"], *(_verdict(claim["forms"].get(form)) for form in FORMS)]
        for claim in record["claims"]
    ]
    return table(["", "by", "claim", *FORMS], cells)


def _evidence(record: Record) -> str:
    """Tabulate one effect of every claim: of those that all forms have, the one that most often decides the claim."""
    rows = []
    for claim in record["claims"]:
        forms = {form: claim["forms"][form] for form in FORMS[:3] if form in claim["forms"]}
        named = {form: {_general(one["name"]): one for one in found["criteria"]} for form, found in forms.items()}
        shared = [name for name in next(iter(named.values())) if all(name in found for found in named.values())]
        if not shared:
            continue
        decisive = {
            name: sum(named[form][name]["verdict"] == found["verdict"] for form, found in forms.items())
            for name in shared
        }
        name = max(shared, key=decisive.__getitem__)
        cells = {form: _with_number(found, named[form][name]) for form, found in forms.items()}
        effect = f"{name}, claimed {next(iter(named.values()))[name]['claimed']}"
        rows.append([claim["number"], claim["claim"], effect, *(cells.get(form, "") for form in FORMS[:3])])
    return table(["", "claim", "one of its effects", *FORMS[:3]], rows)


def _general(name: str) -> str:
    """Name an effect without the forms of the networks in it."""
    for suffix in filter(None, SUFFIXES.values()):
        name = re.sub(rf"{suffix}\b", "", name)
    return name


def _with_number(found: Record, finding: Record) -> str:
    """Write the verdict of a claim beside an effect, which says so where its own is another."""
    own = "" if finding["verdict"] == found["verdict"] else f" {formats.MARKS[finding['verdict']]}"
    return f"{formats.verdict(found)}; {formats.estimate(finding)}{own}"


def _verdict(found: Record | None) -> str:
    return formats.verdict(found) if found else ""


def _criteria(record: Record) -> str:
    cells = [
        [number, _named(finding, form), finding["claimed"], formats.estimate(finding), *_tried(finding, record)]
        for number, form, finding in answer.rows(record)
    ]
    return table(["", "criterion", "claimed", "networks, mean [95 %]", *_controls(record)], cells)


def _named(finding: Record, form: str) -> str:
    return formats.title(finding) + ("" if form == FORMS[0] else f", {form}")


def _controls(record: Record) -> list[str]:
    return [control.replace("_", " ").replace("mm", " mm") for control in record["controls"]]


def _tried(finding: Record, record: Record) -> list[str]:
    words = (
        f"{formats.score(finding, control)} {formats.passed(finding, control)}".strip()
        for control in record["controls"]
    )
    return [f"**{word}**" if "PASSES" in word or "FAILS" in word else word for word in words]


def _claim(record: Record, number: str) -> str:
    claim = _find(record, number)
    cells: list[list[str]] = []
    missing = []
    for form, found in claim["forms"].items():
        if any(finding["seeds"] for finding in found["criteria"]):
            measured = [finding for finding in findings_of(found) if finding["seeds"]]
            cells += [[form, *_row(one), formats.verdict(one) if one["verdict"] else ""] for one in measured]
        else:  # numbers beside it may be of networks in another form
            missing.append(form)
    found = table(["networks", "effect", "claimed", "mean [95 %]", "seeds", "verdict"], cells) if cells else ""
    left = f"Not measured: {formats.listed(missing)}." if missing else ""
    return "\n\n".join(filter(None, (found, left)))


def _row(finding: Record) -> list[str]:
    return [formats.title(finding), finding["claimed"], formats.estimate(finding), formats.seeds(finding)]


def _windows(record: Record, number: str, form: str) -> str:
    cells = []
    for finding in findings_of(form_of(record, number, form)):
        for reading, views in _views(finding).items():
            row = [formats.title(finding), reading]
            cells.append([*row, *(formats.interval(views.get(one, [None] * 3)) for one in (PAPER, *record["windows"]))])
    spans = [f"{begin:g} to {end:g} s" for begin, end in record["windows"].values()]
    return table(["effect", "steps", KEPT, *spans], cells)


def _views(finding: Record) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for view, values in finding["views"].items():
        reading, window = view.split(", ")
        found.setdefault(reading, {})[window] = values
    return found


def _fading(record: Record) -> str:
    windows = [PAPER, *record["windows"]]
    spans = [f"{begin:g} to {end:g} s" for begin, end in record["windows"].values()]
    cells = [
        [
            row["condition"],
            row["phase"].replace("_", " "),
            *(fading.cell(row["windows"].get(one, [])) for one in windows),
        ]
        for row in record["fading"]
    ]
    signs = ", ".join(f"{sign} {name}" for name, sign in fading.FLAGS.items())
    return table(["networks", "rest", "whole rest", *spans], cells) + f"\n\n{signs}; one number per seed."


def _published(record: Record) -> str:
    return table(record["published"]["columns"], record["published"]["rows"])


def findings_of(found: Record) -> Iterator[Record]:
    """List the criteria of a claim in one form, then the numbers beside it."""
    yield from found["criteria"]
    yield from found["reported"]


def _find(record: Record, number: str) -> Record:
    found: list[Record] = [claim for claim in record["claims"] if claim["number"] == number]
    if not found:
        raise QuiescentError(f"there is no claim '{number}'.")
    return found[0]


def form_of(record: Record, number: str, form: str) -> Record:
    """Look up a claim in one form of the networks. Raises `QuiescentError` if there is none."""
    forms: Mapping[str, Record] = _find(record, number)["forms"]
    if form not in forms:
        raise QuiescentError(f"claim {number} is not made of networks '{form}'.{nearest(form, list(forms))}")
    return forms[form]


BLOCKS: Mapping[str, Callable[..., str]] = {
    "answer": _answer,
    "networks": _networks,
    "claims": _claims,
    "evidence": _evidence,
    "criteria": _criteria,
    "claim": _claim,
    "windows": _windows,
    "fading": _fading,
    "published": _published,
}
