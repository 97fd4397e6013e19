"""Turning: does the decoded heading drift one way?"""

import math

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.measures.measure import RESAMPLES, Activities, Measure, bootstrap_error, mean, over_time
from quiescent.quiescence.phases import RESTING

BINS = 41


def velocity(paths: Float[np.ndarray, "time trial 1"], dt: float) -> Float[np.ndarray, "step trial"]:
    """Angular velocity at every step (rad/s), the short way round, counter-clockwise positive; NaN where a step is."""
    steps = np.diff(paths[..., 0].astype(float), axis=0)
    return (np.remainder(steps + math.pi, 2 * math.pi) - math.pi) / dt


def interval(values: Float[np.ndarray, " trial"], rng: np.random.Generator) -> tuple[float, float]:
    """95 % interval of the mean over trials, by resampling trials."""
    there = values[np.isfinite(values)]
    if len(there) < 2:
        return math.nan, math.nan
    means = rng.choice(there, (5 * RESAMPLES, len(there))).mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Mean angular velocity with its interval, share of clockwise steps, and histogram, in every phase."""
    found = {name: velocity(one.decoded, one.dt) for name, one in phases.items()}
    widest = 1.2 * float(np.quantile(np.abs(found["active"]), 0.995)) or 1.0
    edges = np.linspace(-widest, widest, BINS + 1)
    rows: dict[str, list[object]] = {
        name: [] for name in ("velocity", "velocity_stderr", "velocity_low", "velocity_high", "reversals", "histogram")
    }
    for values in found.values():
        there = values[np.isfinite(values)]
        trials = over_time(values)
        low, high = interval(trials, rng)
        rows["velocity"].append(mean(trials))
        rows["velocity_stderr"].append(bootstrap_error(trials, rng))
        rows["velocity_low"].append(low)
        rows["velocity_high"].append(high)
        rows["reversals"].append(float((there < 0).mean()) if len(there) else math.nan)
        counts, _ = np.histogram(there, edges)
        rows["histogram"].append(counts / max(1, len(there)) / (edges[1] - edges[0]))
    attrs = {"unit": "rad/s"}
    return xr.Dataset(
        {
            **{name: ("phase", values, attrs) for name, values in rows.items() if name.startswith("velocity")},
            "reversals": ("phase", rows["reversals"], {"unit": "", "long_name": "share of clockwise steps"}),
            "histogram": (("phase", "bin"), rows["histogram"], {"unit": "s/rad"}),
            "middle": ("bin", (edges[1:] + edges[:-1]) / 2, attrs | {"long_name": "angular velocity"}),
        },
        coords={"phase": list(phases)},
    )


MEASURE = Measure(
    phases=RESTING,
    compute=compute,
    variable="heading",
)
