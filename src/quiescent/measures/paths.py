"""Decoded trajectories of every phase, a few of them, to be drawn."""

import numpy as np
import xarray as xr

from quiescent.measures.measure import Activities, Measure
from quiescent.quiescence.activity import Active, Rest

SHOWN = 12


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """First decoded paths of every phase, and the true ones of behaviour (m or rad)."""
    active = phases["active"]
    assert active.truth is not None
    steps = max(len(one.decoded) for one in phases.values())
    trials = min(SHOWN, active.decoded.shape[1])
    paths = np.full((len(phases), steps, trials, active.decoded.shape[-1]), np.nan, np.float32)
    for row, one in zip(paths, phases.values(), strict=True):
        row[: len(one.decoded)] = one.decoded[:, :trials]
    attrs = {"unit": "rad" if active.circular else "m"}
    truth = np.full(paths.shape[1:], np.nan, np.float32)
    truth[: len(active.truth)] = active.truth[:, :trials]
    return xr.Dataset(
        {
            "paths": (("phase", "time", "trial", "dim"), paths, attrs),
            "truth": (("time", "trial", "dim"), truth, attrs),
        },
        coords={"phase": list(phases), "time": np.arange(1, steps + 1)},
    )


MEASURE = Measure(
    phases={
        "active": Active(trials=200),
        "quiescent": Rest(trials=200, steps=200),
        "noisy": Rest(trials=200, steps=200, noise="absolute", only_noise_free=True),
    },
    compute=compute,
)
