"""The report: every claim decided, every figure drawn, the page and the numbers written."""

from collections.abc import Iterable
from pathlib import Path

import torch
from matplotlib.figure import Figure
from rich.console import Console

from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.figures.drawing import Histories
from quiescent.figures.style import save
from quiescent.page.write import write_page as write_live
from quiescent.studies.inside.page import write_inside
from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.experiments import CONDITIONS, FORMS
from quiescent.studies.paper.figures import FIGURES_SHOWN, Shown, results_of
from quiescent.studies.paper.formats import MARKS, Record
from quiescent.studies.paper.page import Beside, Panelled, Pictured, write_page
from quiescent.studies.paper.panels import PANELS, draw_panels
from quiescent.studies.paper.plan import PaperPlan
from quiescent.studies.paper.provenance import provenance
from quiescent.studies.paper.published import COLUMNS
from quiescent.studies.paper.record import make_record, write_record
from quiescent.studies.paper.results import gather, write_results
from quiescent.studies.paper.tables import numbers_of, write_numbers
from quiescent.terminal.bars import steps_bar
from quiescent.terminal.layout import Table, show

KINDS = ("png", "pdf")


def make_report(
    folder: Path, plan: PaperPlan, console: Console, *, command: str, device: torch.device, seconds: float
) -> Path:
    """Decide every claim, draw every figure, and write the page and the numbers."""
    histories = {name: [run.require_metrics() for run in runs.values()] for name, runs in plan.runs.items() if runs}
    with console.status("collecting results"):
        results = gather(plan)
        write_results(folder / "results.nc", results)
    with console.status("deciding claims"):
        record = make_record(plan, results, histories, provenance(command, device, seconds))
        write_record(folder / "claims.json", record)
    panels, pictures = draw_all(folder / "figures", results, histories, console)
    with console.status("writing pages in which networks run live"):
        live = live_pages(folder, plan)
    with console.status("writing pages of what is inside networks"):
        inside = {
            name: write_inside(folder / "inside" / f"{name.replace('/', '_')}.html", run)
            for name, run in plan.watched.items()
        }
    numbers = numbers_of(results)
    write_numbers(folder / "numbers.csv", numbers)
    page = write_page(folder / "index.html", record, Beside(numbers, pictures, panels, live, inside))
    show(console, claims_table(record))
    console.print(f"Report: {page}", soft_wrap=True)
    return page


def draw_all(
    folder: Path, results: Results, histories: Histories, console: Console
) -> tuple[list[Panelled], list[Pictured]]:
    """Draw the paper's figures and our own, as PNG and PDF."""
    shown = [one for one in FIGURES_SHOWN if can_be_drawn(one, results, histories)]
    with steps_bar(console, "drawing figures", total=len(PANELS) + len(shown)) as done:
        panels = []
        for name, what in PANELS.items():
            drawings = []
            for form in COLUMNS:
                figure = draw_panels(name, results, histories, form)
                if figure is not None:
                    drawings.append((form, _save(figure, folder / panel_name(name, form))))
            if drawings:
                panels.append(Panelled(name, what.number, what.caption, drawings))
            done()
        pictures = []
        for one in shown:
            figure = _draw(one, results, histories)
            pictures.append(Pictured(one, _save(figure, folder / f"{one.family}_{one.name}")))
            done()
    return panels, pictures


def panel_name(name: str, form: str) -> str:
    """Name the file of a published figure: without a suffix of networks as written."""
    return name if form == FORMS[0] else f"{name}_{form.replace(' ', '_')}"


def _save(figure: Figure, path: Path) -> Path:
    """Save a figure in all kinds of files, and return the PNG."""
    paths = [path.with_name(f"{path.name}.{kind}") for kind in KINDS]
    for one in paths:
        save(figure, one)
    return paths[0]


def live_pages(folder: Path, plan: PaperPlan) -> dict[str, Path]:
    """Write one page per family, in which networks of their first finished seeds run live."""
    pages: dict[str, Path] = {}
    for family in plan.families:
        runs = [run for name, run in plan.watched.items() if CONDITIONS[name].family == family]
        if runs:
            pages[family] = write_live(folder / f"watch_{family}.html", runs).path
    return pages


def can_be_drawn(shown: Shown, results: Results, histories: Histories) -> bool:
    """Tell whether a figure has something to show; one of named conditions needs what the figures without lack."""
    drawing = FIGURES[shown.figure]
    if isinstance(drawing, HistoryDrawing):
        return _enough(shown, histories)
    measured = (results.get(f"{shown.family}/{measure}") for measure in drawing.measures)
    return all(one is not None and _enough(shown, map(str, one["condition"].values)) for one in measured)


def _enough(shown: Shown, names: Iterable[str]) -> bool:
    found = [name for name in names if shown.shows(name)]
    others = [name for name in found if CONDITIONS[name].form != "as written"]
    return len(found) > 1 and bool(others) if shown.conditions else bool(found)


def _draw(shown: Shown, results: Results, histories: Histories) -> Figure:
    drawing = FIGURES[shown.figure]
    if isinstance(drawing, HistoryDrawing):
        return drawing.draw({name: logs for name, logs in histories.items() if shown.shows(name)})
    chosen = {measure: results_of(shown, measure, results) for measure in drawing.measures}
    return drawing.draw({measure: dataset for measure, dataset in chosen.items() if dataset is not None})


def claims_table(record: Record) -> Table:
    """Tabulate verdicts in every form of the networks."""
    claims = [
        [claim["number"], claim["claim"], *(_short(claim["forms"].get(form)) for form in FORMS)]
        for claim in record["claims"]
    ]
    return Table(["", "claim", *FORMS], claims, sentences=["claim"])


def _short(found: Record | None) -> str:
    return f"{MARKS[found['verdict']]} {found['verdict']}" if found else ""
