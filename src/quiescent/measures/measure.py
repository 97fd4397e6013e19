"""What a measure is: the phases it needs, and a pure function of them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.activity import Activity, Phase

Activities = Mapping[str, Activity]  # by name of the phase, or of the condition


@runtime_checkable
class PerTrial(Protocol):
    """`variance` and its like."""

    def __call__(
        self, paths: Float[np.ndarray, "time trial dim"], *, circular: bool
    ) -> Float[np.ndarray, " trial"]: ...


Compute = Callable[[Activities, Activities, np.random.Generator], xr.DataArray]


class Measure(NamedTuple):
    """One number or more per phase of one network.

    `compute(phases, references, rng)` is handed the network's own activity by phase, and the
    active phase of every condition that it is compared with (its own among them). It returns a
    labelled array whose attributes say `unit`; the first dimension is `phase`.
    """

    phases: Mapping[str, Phase]
    compute: Compute


def mean_over_trials(per_trial: PerTrial, *, unit: str, circular_unit: str) -> Compute:
    """A measure's `compute` from a function that gives one number per trial of decoded paths."""

    def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.DataArray:
        return xr.DataArray(
            [per_trial(one.decoded, circular=one.circular).mean() for one in phases.values()],
            dims="phase",
            coords={"phase": list(phases)},
            attrs={"unit": circular_unit if any(one.circular for one in phases.values()) else unit},
        )

    return compute
