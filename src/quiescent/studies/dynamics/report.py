"""The report of the study: claims decided, the figure drawn, the page and the numbers written."""

from pathlib import Path

import torch
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console

from quiescent.figures.style import save
from quiescent.machine.files import writing
from quiescent.page.policy import policy
from quiescent.studies.dynamics.figure import draw
from quiescent.studies.dynamics.plan import StudyPlan
from quiescent.studies.dynamics.results import gather, make_record
from quiescent.studies.paper import formats
from quiescent.studies.paper.formats import MARKS, Record
from quiescent.studies.paper.page import picture, slug
from quiescent.studies.paper.provenance import provenance
from quiescent.studies.paper.record import dumped, plain
from quiescent.studies.paper.results import write_results
from quiescent.terminal.layout import Table, show

STYLE = Path(__file__).parent.parent / "paper" / "templates" / "style.css"


def make_report(
    folder: Path, plan: StudyPlan, console: Console, *, command: str, device: torch.device, seconds: float
) -> Path:
    """Decide every claim, draw the figure, and write page, record and numbers; returns the page."""
    with console.status("collecting results"):
        results = gather(plan)
        write_results(folder / "results.nc", results)
        record = plain(make_record(plan, results, provenance(command, device, seconds)))
    with writing(folder / "record.json") as temporary:
        temporary.write_text(dumped(record) + "\n", encoding="utf-8")
    figure = draw(results)
    drawn = [folder / f"dynamics.{kind}" for kind in ("png", "pdf")]
    for path in drawn:
        save(figure, path)
    page = folder / "index.html"
    with writing(page) as temporary:
        temporary.write_text(render(record, drawn[0]), encoding="utf-8")
    show(console, claims_table(record))
    console.print(f"Report: {page}", soft_wrap=True)
    return page


def render(record: Record, drawn: Path) -> str:
    """Write the page, with its figure inside it."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("quiescent.studies.dynamics"), PackageLoader("quiescent.studies.paper")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    named = (formats.estimate, formats.interval, formats.title, formats.number, slug, picture)
    environment.filters |= {one.__name__: one for one in named}
    environment.globals |= {
        one.__name__: one for one in (formats.outcome, formats.demand, formats.score, formats.passed)
    }
    environment.globals |= {"mark": MARKS.__getitem__}
    style = STYLE.read_text(encoding="utf-8")
    template = environment.get_template("dynamics.html")
    return template.render(policy=policy(style=style), style=Markup(style), record=record, figure=drawn)


def claims_table(record: Record) -> Table:
    """Tabulate verdicts for the networks of every environment."""
    rows = []
    for claim in record["claims"]:
        verdicts = [claim["forms"][networks]["verdict"] for networks in record["networks"]]
        rows.append([claim["number"], claim["claim"], *(f"{MARKS[verdict]} {verdict}" for verdict in verdicts)])
    return Table(["", "claim", *record["networks"]], rows, sentences=["claim"])
