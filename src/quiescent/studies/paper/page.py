"""The report: one self-contained page, and the claims as JSON."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined

from quiescent.evaluation.subject import READINGS
from quiescent.machine.files import writing
from quiescent.studies.paper.effects import Decision, Finding, Results
from quiescent.studies.paper.experiments import FAMILIES
from quiescent.studies.paper.figures import Shown
from quiescent.terminal.numbers import mean_and_spread

TITLES = {
    "spatial_navigation": "Spatial navigation",
    "head_direction": "Head direction",
    "gru": "Gated networks (GRU)",
}


class Pictured(NamedTuple):
    """A figure of the report, and the PNG that it was saved as."""

    shown: Shown
    path: Path


class _Numbers(NamedTuple):
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


# Measures of the numeric tables: (measure, variable, phases).
TABLES = {
    "KL of rest from own behaviour (nats)": ("kl", "kl"),
    "KL from a common start (nats)": ("common_start", "kl_common"),
    "variance of a path (m², circular: 0 to 1)": ("variance", "variance"),
    "step distance (m, rad)": ("distance", "distance"),
    "diffusion exponent": ("displacement", "exponent"),
    "coverage": ("coverage", "coverage_end"),
    "sliced Wasserstein distance from behaviour (m, rad)": ("wasserstein", "wasserstein"),
    "fraction of valid steps": ("validity", "valid_fraction"),
    "time at rest until the code fades (s)": ("validity", "lifetime"),
}


def write_report(
    path: Path,
    decisions: Sequence[Decision],
    noises: Mapping[str, Decision],
    pictures: Sequence[Pictured],
    results: Results,
    made: Mapping[str, object],
    live: Mapping[str, Path],
) -> Path:
    """Write the page; figures are inside it, and it links to `live`, one page per family that lies beside it."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "interval": interval, "picture": picture}
    template = environment.from_string(resources.files(__package__).joinpath("report.html").read_text(encoding="utf-8"))
    families = [family for family in FAMILIES if any(one.shown.family == family for one in pictures)]
    page = template.render(
        decisions=decisions,
        noises=list(zip(*(one.findings["all"] for one in noises.values()), strict=True)),
        families=[
            (family, TITLES[family], [one for one in pictures if one.shown.family == family], tables(results, family))
            for family in families
        ],
        made=made,
        live={family: page.name for family, page in live.items()},
        zip_findings=_pairs,
    )
    with writing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return path


def write_claims(path: Path, decisions: Sequence[Decision], made: Mapping[str, object]) -> None:
    """Write claims with verdicts and numbers as JSON; NaN as null."""
    found = []
    for one in decisions:
        readings: dict[str, object] = {
            reading: {
                "verdict": one.verdicts[reading],
                "criteria": [_finite(finding._asdict()) for finding in one.findings[reading]],
                "reported": [_finite(finding._asdict()) for finding in one.reported[reading]],
            }
            for reading in one.verdicts
        }
        found.append(
            {"number": one.claim.number, "claim": one.claim.text, "figures": list(one.claim.figures), **readings}
        )
    with writing(path) as temporary:
        temporary.write_text(json.dumps({"made": made, "claims": found}, indent=1), encoding="utf-8")


def _finite(values: dict[str, object]) -> dict[str, object]:
    return {key: None if isinstance(value, float) and value != value else value for key, value in values.items()}


def _pairs(decision: Decision) -> list[tuple[Finding, Finding]]:
    both = [[*decision.findings[reading], *decision.reported[reading]] for reading in READINGS]
    return list(zip(*both, strict=True))


def tables(results: Results, family: str) -> list[_Numbers]:
    """Tabulate mean and spread over seeds of the main measures, a row per condition and phase."""
    found = []
    for title, (measure, variable) in TABLES.items():
        dataset = results.get(f"{family}/{measure}")
        if dataset is None:
            continue
        array = dataset[variable]
        readings = [str(one) for one in dataset["reading"].values] if "reading" in array.dims else ["all"]
        rows = []
        for condition in dataset["condition"].values:
            one = array.sel(condition=condition)
            if "reference" in one.dims:
                one = one.sel(reference=condition)
            for phase in dataset["phase"].values:
                values = one.sel(phase=phase)
                cells = [
                    mean_and_spread((values.sel(reading=reading) if "reading" in values.dims else values).values)
                    for reading in readings
                ]
                if any(cell != "-" for cell in cells):
                    rows.append([str(condition).split("/")[1], str(phase), *cells])
        columns = ["networks", "phase", *([f"{one} steps" for one in readings] if len(readings) > 1 else ["value"])]
        found.append(_Numbers(title, columns, rows))
    return found


def number(value: float) -> str:
    """Write a number with three digits; a dash for NaN."""
    return "-" if math.isnan(value) else f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def interval(finding: Finding) -> str:
    """Write the 95 % interval, if there is more than one seed."""
    return "" if math.isnan(finding.low) else f"[{number(finding.low)}, {number(finding.high)}]"


def picture(path: Path) -> str:
    """Write a PNG as the address of itself."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
