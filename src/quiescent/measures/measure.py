"""What a measure is: the phases it needs, and a pure function of them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr

from quiescent.activity import Activity, Phase

Activities = Mapping[str, Activity]  # by name of the phase, or of the condition


class Measure(NamedTuple):
    """One number or more per phase of one network.

    `compute(phases, references, rng)` is handed the network's own activity by phase, and the
    active phase of every condition that it is compared with (its own among them). It returns a
    labelled array whose attributes say `unit`; the first dimension is `phase`.
    """

    phases: Mapping[str, Phase]
    compute: Callable[[Activities, Activities, np.random.Generator], xr.DataArray]
