"""Results of the paper's networks and of controls, invented: of every measure, in every view, as they are gathered."""

import functools

import numpy as np
import xarray as xr

from quiescent.config.load import load_config
from quiescent.evaluation.run import can_take_part
from quiescent.evaluation.views import READINGS
from quiescent.measures import MEASURES
from quiescent.measures.measure import PAPER, WINDOWS
from quiescent.quiescence.kicked import LAGS
from quiescent.spaces import to_text
from quiescent.studies.paper.experiments import CONDITIONS, FAMILIES, FULL, peers_of
from quiescent.studies.paper.measures import PICTURES, controls_of, measures_of

SEEDS = (0, 1, 2, 3, 4)
LABELS = {  # of the dimensions of quantities that are looked up by them
    "components": (3, 5, 10),
    "component": tuple(range(1, 11)),
    "lag": tuple(LAGS),
}


@functools.cache
def dataset_of(name, phases, references, seeds, number):
    """Invent what a measure gives of one condition: positive numbers about 1, with all of its dimensions."""
    measure, arrays, rng = MEASURES[name], {}, np.random.default_rng(number)
    every = [phase for phase in phases if measure.awake or phase != "active"] + list(measure.beside)
    labels = {"seed": seeds, "reading": READINGS, "window": (PAPER, *WINDOWS), "phase": every, "reference": references}
    labels |= LABELS
    views = [*(["reading"] if measure.readings else []), *(["window"] if measure.windows else []), "phase"]
    for variable, quantity in measure.quantities.items():
        if set(quantity.dims) <= set(labels) and not quantity.grid and variable not in LABELS:
            dims = ("seed", *([] if quantity.once else views), *quantity.dims)
            coords = {dim: list(labels[dim]) for dim in dims}
            arrays[variable] = xr.DataArray(
                np.exp(rng.normal(0, 0.3, [len(labels[dim]) for dim in dims])), coords, dims
            )
    if name == "temperature":
        factors = [float(phase.split()[-1]) for phase in every]
        arrays["factor"] = xr.zeros_like(arrays["factor"]) + xr.DataArray(factors, dims="phase")
    return xr.Dataset(arrays)


def invented_results(*, families=FAMILIES, missing=(), different=False):
    """Invent all results; of pairs of condition and seed that are missing all is NaN.

    Conditions have the same numbers unless they shall be `different`, which takes longer.
    """
    found = {}
    for condition in (name for name, one in CONDITIONS.items() if one.family in families):
        wanted = {None: measures_of(condition, FULL), **controls_of(condition, FULL)}
        space = load_config(CONDITIONS[condition].configuration).task.space
        for control, measures in wanted.items():
            for name, phases in measures.items():
                if name in PICTURES or not can_take_part(control, name, phases):
                    continue
                seeds, number = (SEEDS[:1] if control else SEEDS), len(found) if different else 0
                dataset = dataset_of(name, tuple(phases), tuple(peers_of(condition)), seeds, number)
                gone = [seed for label, seed in missing if label == condition]
                if gone and control is None:
                    dataset = dataset.where(~dataset["seed"].isin(gone))
                own = {"space": to_text(space), "dt": 0.02, "sigma2_rec": 1e-4}
                dataset = dataset.expand_dims(condition=[condition])
                dataset = dataset.assign_coords({key: ("condition", [value]) for key, value in own.items()})
                family = CONDITIONS[condition].family
                key = f"controls/{control}/{family}/{name}" if control else f"{family}/{name}"
                found.setdefault(key, []).append(dataset)
    return {
        key: xr.concat(parts, "condition", coords="different", compat="equals", join="outer")
        for key, parts in found.items()
    }
