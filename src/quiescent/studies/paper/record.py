"""The record of a report: all that its tables hold, as plain values, which `claims.json` keeps."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError
from quiescent.figures.drawing import Histories
from quiescent.machine.files import writing
from quiescent.measures.measure import WINDOWS
from quiescent.studies.paper import fading
from quiescent.studies.paper.decided import claims, decide_all
from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.experiments import CONDITIONS
from quiescent.studies.paper.formats import Record
from quiescent.studies.paper.judge import LEAST_SEEDS
from quiescent.studies.paper.plan import PaperPlan
from quiescent.studies.paper.published import published_table

FORMAT = 3  # version 0.1 wrote none
DIGITS = 5
WIDTH = 400  # characters of a line of JSON, at most where a value can be broken


def make_record(plan: PaperPlan, results: Results, histories: Histories, made: Mapping[str, object]) -> Record:
    """Decide every claim in every form, and put down all that the report's tables hold."""
    published = published_table(results, histories)
    decisions = decide_all(results, plan.families)
    record = {
        "format": FORMAT,
        "made": made,
        "scale": plan.scale.name,
        "least_seeds": LEAST_SEEDS,
        "networks": networks(plan),
        "controls": {name: control.title for name, control in CONTROLS.items()},
        "windows": {name: _seconds(results, *ends) for name, ends in WINDOWS.items()},
        "claims": claims(decisions, results, len(plan.seeds)),
        "fading": fading.amplitudes(results),
        "published": {"columns": published.columns, "rows": published.rows},
    }
    return {key: plain(value) for key, value in record.items()}


def networks(plan: PaperPlan) -> Record:
    """Count trained networks, condition by condition, and list which seeds are missing."""
    rows = []
    for name, runs in plan.runs.items():
        missing = [seed for seed in plan.seeds if seed not in runs]
        rows.append({"condition": name, "form": CONDITIONS[name].form, "trained": len(runs), "missing": missing})
    planned = len(plan.runs) * len(plan.seeds)
    return {"trained": len(plan.everything), "planned": planned, "seeds": list(plan.seeds), "conditions": rows}


def write_record(path: Path, record: Record) -> None:
    """Write a record as JSON, what is short in one line."""
    with writing(path) as temporary:
        temporary.write_text(dumped(record) + "\n", encoding="utf-8")


def dumped(value: Any, indent: int = 0) -> str:
    """Write a value as JSON, in one line if it is short.

    Examples
    --------
    >>> dumped({"a": [1, None]})
    '{"a":[1,null]}'
    """
    short = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if len(short) <= WIDTH or not isinstance(value, dict | list):
        return short
    margin = "\n" + " " * (indent + 1)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}:{dumped(item, indent + 1)}" for key, item in value.items()]
    else:
        parts = [dumped(item, indent + 1) for item in value]
    ends = "{}" if isinstance(value, dict) else "[]"
    return f"{ends[0]}{margin}{f',{margin}'.join(parts)}\n{' ' * indent}{ends[1]}"


def read_record(path: Path) -> Record:
    """Read what `write_record` wrote. Raises `QuiescentError` for a file of another format."""
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    if record.get("format") != FORMAT:
        raise QuiescentError(f"{path} is not of format {FORMAT}; make the report again.")
    return record


def _seconds(results: Results, begin: int, end: int) -> list[float]:
    """Take the duration of a step from what was measured."""
    steps = [float(dataset["dt"].values.flat[0]) for dataset in results.values() if "dt" in dataset.coords]
    return [begin * steps[0], end * steps[0]] if steps else []


def plain(value: Any) -> Any:
    """Round numbers, and turn what is not finite into None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
