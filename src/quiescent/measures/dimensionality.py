"""Dimensionality: do active and quiescent states share a low-dimensional manifold?"""

import math

import numpy as np
import xarray as xr

from quiescent.measures.components import Spread, principal, spread_of
from quiescent.measures.measure import Activities, Measure
from quiescent.quiescence.phases import HIDDEN

NUMBER = 10  # components, as in Krishna et al. (2024)


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Cumulative variance explained by each phase's own components, and by those of behaviour.

    `alignment` is the variance in behaviour's first 10 components over the most that any 10 could hold.
    """
    spreads: dict[str, Spread | None] = {}
    for name, one in phases.items():
        assert one.states is not None
        spreads[name] = spread_of(one.states)
    active = spreads["active"]
    assert active is not None
    number = min(NUMBER, len(active.mean))
    _, behaviour = principal(active, number)
    table: dict[str, list[object]] = {name: [] for name in ("explained", "shared", "alignment", "participation")}
    for spread in spreads.values():
        total = 0.0 if spread is None else float(np.trace(spread.covariance))
        if spread is None or total <= 0:
            table["explained"].append(np.full(number, np.nan))
            table["shared"].append(np.full(number, np.nan))
            table["alignment"].append(math.nan)
            table["participation"].append(math.nan)
            continue
        own, _ = principal(spread, number)
        inside = np.einsum("uc,uv,vc->c", behaviour, spread.covariance, behaviour)
        table["explained"].append(np.cumsum(own) / total)
        table["shared"].append(np.cumsum(inside) / total)
        table["alignment"].append(float(inside.sum() / own.sum()))
        table["participation"].append(total**2 / float(np.square(spread.covariance).sum()))
    titles = {
        "explained": "variance explained by own components",
        "shared": "variance explained by behaviour's components",
        "alignment": "variance in behaviour's components over the most possible",
        "participation": "participation ratio",
    }
    return xr.Dataset(
        {
            name: (
                ("phase", "component") if name in ("explained", "shared") else "phase",
                values,
                {"unit": "", "long_name": titles[name]},
            )
            for name, values in table.items()
        },
        coords={"phase": list(phases), "component": np.arange(1, number + 1)},
    )


MEASURE = Measure(
    phases=HIDDEN,
    compute=compute,
)
