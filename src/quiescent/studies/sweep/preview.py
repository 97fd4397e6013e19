"""Preview a sweep: its plan, and how long it will take. Imports no figures, which take half a second."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from quiescent.jobs.places import Place
from quiescent.studies.sweep.plan import jobs_of, make_plan, require_memory, works_of
from quiescent.studies.sweep.tables import plan_table
from quiescent.terminal.board import announce
from quiescent.terminal.layout import show


def preview_sweep(
    words: Sequence[str], console: Console, *, measures: Sequence[str], place: Place, out: Path | None = None
) -> None:
    """Show what is missing of a grid, and an estimate of its cost; writes nothing."""
    plan = make_plan(words, measures, out)
    missing = jobs_of(plan, place.usable_device(), place.memory())
    works = works_of(plan, missing)
    require_memory(works, place)
    show(console, plan_table(plan, missing))
    if missing:
        announce(console, works, place)
