"""The report: every figure drawn, every claim decided, the page and the numbers written."""

from collections.abc import Iterable
from pathlib import Path

import torch
from matplotlib.figure import Figure
from rich.console import Console

from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.figures.style import save
from quiescent.page.write import write_page
from quiescent.studies.paper.claims import CLAIMS, NOISES, UNIFORM
from quiescent.studies.paper.effects import Decision, Results, decide
from quiescent.studies.paper.experiments import WATCHED
from quiescent.studies.paper.figures import FIGURES_SHOWN, Shown
from quiescent.studies.paper.page import Pictured, write_claims, write_report
from quiescent.studies.paper.plan import PaperPlan
from quiescent.studies.paper.provenance import provenance
from quiescent.studies.paper.results import gather, write_results
from quiescent.terminal.bars import steps_bar
from quiescent.terminal.layout import Table, show


def make_report(
    folder: Path, plan: PaperPlan, console: Console, *, command: str, device: torch.device, seconds: float
) -> Path:
    """Draw every figure, decide every claim, and write the page and the numbers."""
    with console.status("collecting results"):
        results = gather(plan)
        decisions = [decide(claim, results) for claim in CLAIMS if _can_be_decided(claim.figures[0], plan)]
        noises = {kind: decide(claim, results) for kind, claim in NOISES.items() if UNIFORM in plan.runs}
        write_results(folder / "results.nc", results)
    pictures = []
    shown = [one for one in FIGURES_SHOWN if can_be_drawn(one, plan, results)]
    with steps_bar(console, "drawing figures", total=len(shown)) as done:
        for one in shown:
            figure = _draw(one, plan, results)
            paths = [folder / "figures" / f"{one.family}_{one.name}.{kind}" for kind in ("png", "pdf")]
            for path in paths:
                save(figure, path)
            pictures.append(Pictured(one, paths[0]))
            done()
    with console.status("writing pages in which networks run live"):
        live = live_pages(folder, plan)
    made = provenance(command, device, seconds) | {
        "scale": plan.scale.name,
        "seeds": list(plan.seeds),
        "networks": len(plan.everything),
    }
    write_claims(folder / "claims.json", [*decisions, *noises.values()], made)
    page = write_report(folder / "index.html", decisions, noises, pictures, results, made, live)
    show(console, claims_table(decisions))
    console.print(f"Report: {page}", soft_wrap=True)
    return page


def live_pages(folder: Path, plan: PaperPlan) -> dict[str, Path]:
    """Write one page per family, in which networks of the first seed run live."""
    pages: dict[str, Path] = {}
    for family in plan.families:
        runs = [plan.runs[name][0] for name in (f"{family}/{one}" for one in WATCHED) if name in plan.runs]
        if runs:
            pages[family] = write_page(folder / f"watch_{family}.html", runs).path
    return pages


def _can_be_decided(figure: str, plan: PaperPlan) -> bool:
    return figure.split("/")[0] in plan.families


def can_be_drawn(shown: Shown, plan: PaperPlan, results: Results) -> bool:
    """Tell whether a figure has something to show; one that compares named conditions needs two of them."""
    drawing = FIGURES[shown.figure]
    needed = () if isinstance(drawing, HistoryDrawing) else drawing.measures
    measured = all(f"{shown.family}/{measure}" in results for measure in needed)
    return measured and sum(map(shown.shows, plan.runs)) >= (2 if shown.conditions else 1)


def _draw(shown: Shown, plan: PaperPlan, results: Results) -> Figure:
    drawing = FIGURES[shown.figure]
    names = [name for name in plan.runs if shown.shows(name)]
    if isinstance(drawing, HistoryDrawing):
        return drawing.draw({name: [run.require_metrics() for run in plan.runs[name]] for name in names})
    chosen = {}
    for measure in drawing.measures:
        dataset = results[f"{shown.family}/{measure}"]
        chosen[measure] = dataset.sel(condition=[name for name in names if name in dataset["condition"].values])
    return drawing.draw(chosen)


def claims_table(decisions: Iterable[Decision]) -> Table:
    """Tabulate verdicts in both readings."""
    rows = [
        [decision.claim.number, decision.claim.text, decision.verdicts["all"], decision.verdicts["valid"]]
        for decision in decisions
    ]
    return Table(["", "claim", "all steps", "valid steps"], rows, sentences=["claim"])
