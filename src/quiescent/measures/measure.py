"""What a measure is: the phases it needs, and a pure function of them."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.quiescence.activity import Activity, Phase

Activities = Mapping[str, Activity]  # by name of the phase, or of the condition
RESAMPLES = 200  # of trials, for the error of a mean


@runtime_checkable
class PerTrial(Protocol):
    """`variance` and its like. NaN for a trial with too few steps that count."""

    def __call__(
        self, paths: Float[np.ndarray, "time trial dim"], *, circular: bool
    ) -> Float[np.ndarray, " trial"]: ...


Compute = Callable[[Activities, Activities, np.random.Generator], xr.Dataset]


class Measure(NamedTuple):
    """What is measured of one network: one or more labelled arrays.

    `compute(phases, references, rng)` is handed the network's own activity by phase, and the
    active phase of every condition that it is compared with (its own among them). It returns a
    dataset whose variables say their `unit`, most of them with the dimension `phase`.

    With `readings`, it is computed twice: over all steps, and at rest over the steps only whose code is valid
    (which leaves NaN in the others); the dataset gets a dimension `reading` in front.
    """

    phases: Mapping[str, Phase]
    compute: Compute
    readings: bool = True
    compare: bool = False  # hand `compute` the behaviour of other conditions too
    variable: Literal["position", "heading"] | None = None  # None: for both


def mean_over_trials(name: str, per_trial: PerTrial, *, unit: str, circular_unit: str) -> Compute:
    """A measure's `compute` from a function that gives one number per trial of decoded paths.

    The standard error is a bootstrap over trials, since the steps of one trial are not independent.
    """

    def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
        values = {phase: per_trial(one.decoded, circular=one.circular) for phase, one in phases.items()}
        circular = any(one.circular for one in phases.values())
        attrs = {"unit": circular_unit if circular else unit}
        return xr.Dataset(
            {
                name: ("phase", [mean(one) for one in values.values()], attrs),
                f"{name}_stderr": ("phase", [bootstrap_error(one, rng) for one in values.values()], attrs),
            },
            coords={"phase": list(phases)},
        )

    return compute


def over_time(values: Float[np.ndarray, "step trial"]) -> Float[np.ndarray, " trial"]:
    """Mean over the steps of every trial that count; NaN for a trial of which none does."""
    counts = np.isfinite(values)
    number = counts.sum(0)
    return np.where(number > 0, np.where(counts, values, 0).sum(0) / np.maximum(number, 1), np.nan)


def mean(values: Float[np.ndarray, " trial"]) -> float:
    """Mean of the trials that have a value; NaN if none has."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else float("nan")


def bootstrap_error(values: Float[np.ndarray, " trial"], rng: np.random.Generator) -> float:
    """Standard error of the mean over trials, by resampling whole trials."""
    there = values[np.isfinite(values)]
    if len(there) < 2:
        return float("nan")
    return float(rng.choice(there, (RESAMPLES, len(there))).mean(1).std(ddof=1))


def points_of(paths: Float[np.ndarray, "*shape dim"]) -> Float[np.ndarray, "point dim"]:
    """All points of all paths that count."""
    points = paths.reshape(-1, paths.shape[-1])
    return np.asarray(points[np.isfinite(points).all(-1)])
