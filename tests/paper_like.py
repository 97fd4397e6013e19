"""Results of the paper's networks that panels and the table of published numbers are tested with."""

import functools

import numpy as np
import xarray as xr
from made import BOX, CIRCLE, imagined

from quiescent.evaluation.combine import combine
from quiescent.runs.run import Metrics
from quiescent.spaces import to_text
from quiescent.studies.paper.experiments import CONDITIONS, FAMILIES, peers_of

SEEDS = (0, 1)
PICTURES = ("paths", "occupancy", "manifold")
SLOW = ("occupancy", "manifold")
MEASURED = {
    "spatial_navigation": (*PICTURES, "distance", "dimensionality"),
    "gru": ("paths", "occupancy"),
    "head_direction": ("paths", "occupancy", "manifold", "turning"),
}
BATCHES = (0, 100, 200)
ROWS = ("quiescent", "noise_added", "random", "uniform")


@functools.cache
def one(measure, family, noisy, seed):
    """Make what a measure finds of one network from noise; pictures of its rest also with undoubled noise."""
    space = CIRCLE if family == "head_direction" else BOX
    steps = {"paths": 600 if family == "head_direction" else 210}.get(measure, 60)
    result = imagined(measure, space=space, noisy=noisy, seed=seed, steps=steps)
    if noisy and measure in ("paths", "occupancy"):
        result = xr.concat(
            [result, result.sel(phase=["quiescent"]).assign_coords(phase=["same"])],
            "phase",
            data_vars="minimal",
            coords="minimal",
            compat="override",
        )
    return result


def results(families=FAMILIES, seeds=SEEDS):
    """Make results of every condition; each condition and seed has noise of its own, but for the slow pictures."""
    rng = np.random.default_rng(0)
    found = {}
    for family in families:
        names = [name for name, condition in CONDITIONS.items() if condition.family == family]
        for measure in MEASURED[family]:
            own = {
                (name, seed): one(measure, family, CONDITIONS[name].noisy, 0 if measure in SLOW else 10 * number + seed)
                for number, name in enumerate(names)
                for seed in (seeds[:1] if measure in PICTURES else seeds)
            }
            found[f"{family}/{measure}"] = combine(own)
    if "spatial_navigation" in families:
        found |= numbers(seeds, rng)
    return found


def numbers(seeds, rng):
    """Make KL divergences and variances, which take long to compute, out of nothing: all different."""
    names = [name for name in CONDITIONS if name.startswith("spatial_navigation")]
    own = {"space": ("condition", [to_text(BOX)] * len(names)), "dt": ("condition", [0.02] * len(names))}
    coords = {"condition": names, "seed": list(seeds), "phase": list(ROWS), "reference": names} | own
    kl = xr.DataArray(rng.uniform(0, 9, [len(names), len(seeds), 4, len(names)]), coords, list(coords)[:4])
    for name in names:
        others = [other for other in names if other not in peers_of(name)]
        kl.loc[{"condition": name, "reference": others}] = np.nan
    variance = kl.isel(reference=0, drop=True).copy(data=rng.uniform(0, 0.3, kl.shape[:3]))
    return {
        "spatial_navigation/kl": xr.Dataset({"kl": kl}),
        "spatial_navigation/variance": xr.Dataset({"variance": variance}),
    }


def histories(seeds=SEEDS, without=()):
    """Make test logs of every condition, one per seed."""
    return {
        name: [
            [Metrics(batch, 1e-5 * (5 + seed) / (1 + batch / 100), 1 / (1 + batch)) for batch in (0, 100, 200)]
            for seed in seeds
        ]
        for name in CONDITIONS
        if name not in without
    }
