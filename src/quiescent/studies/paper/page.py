"""The page of the report: one self-contained HTML file, made from its record and its figures."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from quiescent.evaluation.views import READINGS
from quiescent.machine.files import writing
from quiescent.measures.measure import PAPER
from quiescent.page.policy import policy
from quiescent.studies.paper import answer, fading, formats
from quiescent.studies.paper.experiments import FAMILIES, FORMS
from quiescent.studies.paper.figures import Shown
from quiescent.studies.paper.formats import Record
from quiescent.terminal.numbers import with_error

TITLES = {
    "spatial_navigation": "Spatial navigation",
    "head_direction": "Head direction",
    "gru": "Gated networks (GRU)",
}
ORIGINS = {
    "paper": ("The paper", "reported there"),
    "theory": ("The theory", "implied by eqs. 16 to 19; not supported is no failed reproduction"),
    "question": ("Questions", "of its readers, and ours; not supported is no failed reproduction"),
}

KEYS = 3  # columns of the table of published numbers before ours


class Pictured(NamedTuple):
    """A figure of the report, and the PNG that it was saved as."""

    shown: Shown
    path: Path


class Panelled(NamedTuple):
    """A figure of the paper, drawn of our networks: by form, the PNG that it was saved as."""

    name: str
    number: str
    caption: str
    drawings: Sequence[tuple[str, Path]]


class Beside(NamedTuple):
    """Everything that a page shows beside its record: numbers, figures, and pages that it links to, one per family."""

    numbers: Sequence[Record]
    pictures: Sequence[Pictured]
    panels: Sequence[Panelled]
    live: Mapping[str, Path]
    inside: Mapping[str, Path] = {}  # by condition


def write_page(path: Path, record: Record, beside: Beside) -> Path:
    """Write the page, with its figures inside it."""
    shown = [one.shown for one in beside.pictures]
    families = [one for one in FAMILIES if one in {table["family"] for table in beside.numbers}]
    style = (Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    page = (
        _environment(record)
        .get_template("report.html")
        .render(
            policy=policy(style=style),
            style=Markup(style),
            record=record,
            forms=FORMS,
            headings=answer.HEADINGS,
            origins=ORIGINS,
            numbers=beside.numbers,
            flags=fading.FLAGS,
            limits=fading.LIMITS,
            flagged=fading.flagged(record["fading"]),
            drawn={f"{one.family}/{one.name}" for one in shown},
            families=[
                (one, TITLES[one], [picture for picture in beside.pictures if picture.shown.family == one])
                for one in families
            ],
            panels=beside.panels,
            live={family: page.name for family, page in beside.live.items()},
            inside={name: f"inside/{page.name}" for name, page in beside.inside.items()},
        )
    )
    with writing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def distinct(finding: Record) -> list[str]:
    """List the readings of rest in which a finding was looked at, one of them if they are the same."""
    found = {
        reading: [values for view, values in finding["views"].items() if view.startswith(f"{reading},")]
        for reading in READINGS
    }
    first = READINGS[0]
    return [reading for reading in READINGS if reading == first or found[reading] != found[first]]


def most_criteria(claim: Record) -> int:
    """Count the criteria of a claim in the form that has most: where networks are not planned, some are left out."""
    return max(len(found["criteria"]) for found in claim["forms"].values())


def cell(values: Sequence[float | None] | None) -> str:
    """Write mean and standard deviation of a cell of a table of numbers."""
    if not values or values[0] is None:
        return formats.UNKNOWN
    mean, spread = values[0], values[1]
    return f"{mean:.3g}" if spread is None else with_error(mean, spread)


def picture(path: Path) -> str:
    """Write a PNG as the address of itself."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def slug(text: str) -> str:
    """Turn a text into the name of a class.

    Examples
    --------
    >>> slug("not supported")
    'not-supported'
    """
    return text.replace(" ", "-")


def _environment(record: Record) -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    written = (formats.number, formats.interval, formats.estimate, formats.title, formats.seeds)
    named = (
        answer.answer,
        answer.summary,
        answer.trained,
        answer.rows,
        answer.passed_wrongly,
        distinct,
        cell,
        picture,
        slug,
        fading.counts,
        fading.marked,
    )
    environment.filters |= {one.__name__: one for one in (*written, *named)}
    windows: Mapping[str, Sequence[float]] = record["windows"]
    environment.filters |= {
        "seconds": lambda window: _span(windows[window]),
        "steps": lambda ends: _span(_seconds(ends, windows)),
        "window_at_end": lambda ends: next((one for one in windows if one.endswith(f"-{ends[1]}")), PAPER),
    }
    environment.globals |= {
        one.__name__: one for one in (formats.outcome, formats.demand, formats.score, formats.passed)
    }
    environment.tests["unmeasured"] = lambda row: {*row[KEYS:]} == {formats.UNKNOWN}
    environment.globals |= {"readings_in_time": [PAPER, *windows]}
    environment.globals |= {"most": most_criteria, "mark": formats.MARKS.__getitem__}
    return environment


def _seconds(ends: Sequence[int], windows: Mapping[str, Sequence[float]]) -> list[float]:
    """Turn steps into seconds by the windows, whose names are steps."""
    name, (_, last) = next(iter(windows.items()))
    return [end * last / int(name.split("-")[1]) for end in ends]


def _span(ends: Sequence[Any]) -> str:
    return f"{ends[0]:g}\N{EN DASH}{ends[1]:g} s"
