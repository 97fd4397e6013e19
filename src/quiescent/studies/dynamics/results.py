"""Results of the study: gathered over networks, ways to rest and seeds, and the record of what was decided."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.controls import CONTROLS
from quiescent.errors import QuiescentError
from quiescent.evaluation.combine import combine
from quiescent.evaluation.run import can_take_part, stored
from quiescent.figures.grid import reading
from quiescent.statistics import seed_interval
from quiescent.studies.dynamics.claims import claims_of
from quiescent.studies.dynamics.design import NETWORKS, TRIED, WAYS, label
from quiescent.studies.dynamics.plan import StudyPlan
from quiescent.studies.paper.decided import claims
from quiescent.studies.paper.effects import Results
from quiescent.studies.paper.formats import Record
from quiescent.studies.paper.judge import LEAST_SEEDS, decide

FORMAT = 1
# Numbers that are shown of every way to rest: measure, variable, title.
SHOWN = {
    "coverage": ("coverage", "coverage_decoded", "visited area (fraction)"),
    "reach": ("reach", "reach_rate", "regions reached (1/s)"),
    "moved": ("displacement", "msd_100", "squared displacement in 100 steps (m²)"),
    "speed": ("compression", "speed", "length of path (m/s)"),
    "correlation": ("autocorrelation", "after_50", "autocorrelation after 50 steps"),
    "wasserstein": ("wasserstein", "wasserstein", "Wasserstein distance (m)"),
    "valid": ("validity", "valid_fraction", "valid steps (fraction)"),
    "shape": ("shape", "shape", "distance of the code's shape"),
}


def gather(plan: StudyPlan) -> dict[str, xr.Dataset]:
    """Gather all stored results over conditions (networks in a way to rest) and seeds.

    Those of networks by "environment/measure", those of controls by "controls/<control>/environment/measure".
    """
    found: dict[str, dict[tuple[str, int], xr.Dataset]] = {}
    for name, seed, way, (run, measures, peers, judges, control) in plan.asked():
        for measure, phases in measures.items():
            if not can_take_part(control, measure, phases):
                continue
            result = stored(run, measure, phases, peers, judges, control)
            if result is None:
                raise QuiescentError(f"{run.folder}: its {measure} is missing. Give the command again.")
            key = f"{NETWORKS[name].environment}/{measure}"
            key = f"controls/{control}/{key}" if control else key
            found.setdefault(key, {})[label(name, way), seed] = result
    return {key: combine(results) for key, results in found.items()}


def make_record(plan: StudyPlan, results: Results, made: Mapping[str, object]) -> Record:
    """Decide every claim for all networks, and put down all numbers that the page shows."""
    decisions = {
        networks.title: [decide(claim, results) for claim in claims_of(name)] for name, networks in NETWORKS.items()
    }
    return {
        "format": FORMAT,
        "made": made,
        "scale": plan.scale.name,
        "seeds": list(plan.seeds),
        "least_seeds": LEAST_SEEDS,
        "networks": [networks.title for networks in NETWORKS.values()],
        "controls": {name: CONTROLS[name].title for name in TRIED},
        "claims": claims(decisions, results, len(plan.seeds)),
        "numbers": [_numbers(results, name) for name in NETWORKS],
    }


def _numbers(results: Results, name: str) -> dict[str, Any]:
    """List mean and interval of every shown number in every way to rest, of valid steps."""
    rows = []
    for way in WAYS:
        condition = label(name, way)
        cells = {
            title: list(seed_interval(of_seeds(results, name, condition, key))) for key, (*_, title) in SHOWN.items()
        }
        rows.append({"friction": way.friction, "adaptation": way.adaptation, "values": cells})
    return {"networks": NETWORKS[name].title, "rows": rows}


def of_seeds(
    results: Results, name: str, condition: str, key: str, control: str | None = None
) -> Float[np.ndarray, " seed"]:
    """Look up one shown number per seed, of valid steps; of a control in the networks' place for its one seed."""
    measure, variable, _ = SHOWN[key]
    place = f"{NETWORKS[name].environment}/{measure}"
    dataset = results[f"controls/{control}/{place}" if control else place]
    array = reading(dataset, variable, "valid").sel(condition=condition, phase="quiescent")
    return np.asarray(array.values, float)
