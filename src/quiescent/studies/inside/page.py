"""One page per network: slow points, flow, diffusion, exponents, topology and tuning, beside an untrained network."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import xarray as xr
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from quiescent import measures
from quiescent.config.naming import label
from quiescent.evaluation.evaluate import NETWORK, measure
from quiescent.figures import FIGURES, HistoryDrawing
from quiescent.figures.style import save
from quiescent.jobs.job import Job
from quiescent.jobs.missing import measuring_jobs
from quiescent.machine.files import writing
from quiescent.measures import MEASURES
from quiescent.page.policy import policy
from quiescent.runs.open import read_config, require_finished
from quiescent.runs.run import Run
from quiescent.studies.paper.page import picture
from quiescent.terminal.layout import Table
from quiescent.terminal.results import result_tables

SHOWN = ("slow_points", "flow", "manifold_diffusion", "lyapunov", "topology", "tuning", "start_to_wake")
CONTROLS = ("untrained",)  # that have dynamics and states of their own
WIDTH = 140  # characters of a table
STYLE = Path(__file__).parent.parent / "paper" / "templates" / "style.css"


class Section(NamedTuple):
    """A measure of the page: what it asks, its figure, and its numbers beside those of the control."""

    name: str
    asks: str
    figure: Path
    tables: Sequence[Table]


def measures_of(run: Run) -> list[str]:
    """List the measures of the page that are for the space of a run."""
    space = read_config(run).task.space
    return [name for name in SHOWN if MEASURES[name].space is None or isinstance(space, MEASURES[name].space or ())]


def inside_jobs(runs: Sequence[Run]) -> list[Job]:
    """List what is still to be measured for the pages of finished runs."""
    return [job for run in runs for job in measuring_jobs(measures_of(run), [run], controls=CONTROLS)]


def write_inside(path: Path, run: Run, *, device: str | None = None) -> Path:
    """Write the page of a finished run, with its figures inside it; what is not stored is measured first."""
    config = require_finished(run)
    sections = []
    for name in measures_of(run):
        results = measure(name, [run], device=device, reuse=True, controls=CONTROLS)
        tables = [table for table in result_tables(results, name, WIDTH) if "curve or map" not in table.columns]
        sections.append(Section(name, _asks(name), _drawn(path, name, results), tables))
    style = STYLE.read_text(encoding="utf-8")
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("quiescent.studies.inside")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["picture"] = picture
    page = environment.get_template("inside.html").render(
        policy=policy(style=style),
        style=Markup(style),
        title=f"{label(config)}, seed {config.seed[0]}",
        sections=sections,
    )
    with writing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def _asks(name: str) -> str:
    """Take the first sentence of a measure's module."""
    text = inspect.getdoc(getattr(measures, name)) or ""
    return " ".join(text.split("\n\n")[0].split()).partition(": ")[2] or text.splitlines()[0]


def _drawn(path: Path, name: str, results: xr.Dataset) -> Path:
    """Draw the figure of the network, without its control, beside the page."""
    drawing = FIGURES[name]
    assert not isinstance(drawing, HistoryDrawing)
    figure = drawing.draw({name: results.sel(control=NETWORK, drop=True)})
    drawn = path.with_name(f"{path.stem}_{name}.png")
    save(figure, drawn)
    return drawn
