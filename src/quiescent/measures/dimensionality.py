"""Dimensionality: do active and quiescent states share a low-dimensional manifold?"""

import math

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import principal, spread_of
from quiescent.quiescence.phases import HIDDEN

NUMBER = 10  # components, as in Krishna et al. (2024)


Directions = Float[np.ndarray, "unit component"]


def components_of(phases: Activities) -> Directions:
    """Find behaviour's principal components: 10, or all of a smaller network."""
    states = phases["active"].states
    assert states is not None
    spread = spread_of(states)
    assert spread is not None
    return principal(spread, min(NUMBER, len(spread.mean)))[1]


def of(activity: Activity, behaviour: Directions, _: np.random.Generator) -> Values:
    """Compute the cumulative variance explained by a phase's own components, and by those of behaviour.

    `alignment` is the variance in behaviour's first 10 components over the most that any 10 could hold.
    """
    assert activity.states is not None
    number = behaviour.shape[1]
    numbers = {"component": np.arange(1, number + 1)}
    spread = spread_of(activity.states)
    total = 0.0 if spread is None else float(np.trace(spread.covariance))
    if spread is None or total <= 0:
        nothing = np.full(number, np.nan)
        return numbers | {"explained": nothing, "shared": nothing, "alignment": math.nan, "participation": math.nan}
    own = principal(spread, number)[0]
    inside = np.einsum("uc,uv,vc->c", behaviour, spread.covariance, behaviour)
    return numbers | {
        "explained": np.cumsum(own) / total,
        "shared": np.cumsum(inside) / total,
        "alignment": float(inside.sum() / own.sum()),
        "participation": total**2 / float(np.square(spread.covariance).sum()),
    }


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "component": Quantity("", "number of components", ("component",), once=True),
        "explained": Quantity("", "variance explained by own components", ("component",)),
        "shared": Quantity("", "variance explained by behaviour's components", ("component",)),
        "alignment": Quantity("", "variance in behaviour's components over the most possible"),
        "participation": Quantity("", "participation ratio"),
    },
    of=of,
    learn=components_of,
)
