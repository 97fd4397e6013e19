"""Dimensionality: do active and quiescent states share a low-dimensional manifold?

Formula: explained(k): the k largest eigenvalues of the states' covariance over its trace; alignment: `(v - k/N) / (v0 -
k/N)`, with v and v0 the fractions of variance, at rest and of other behaviour, in k = 10 components of behaviour, N
units; participation ratio `(sum l)^2 / sum l^2` of the eigenvalues l.

Source: Krishna et al. (2024), Fig. 1c; alignment is ours.

Fails: `explained` alone: states that stand still, or spread nowhere, have few dimensions too, and need not be
behaviour's. Alignment does not see how little variance there is (`size` does), nor how curved the manifold is.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import Spread, principal, spread_of
from quiescent.quiescence.phases import HIDDEN

NUMBER = 10  # components, as in Krishna et al. (2024)
LOW = 0.05  # fraction of variance beyond chance that components must hold for behaviour to be low-dimensional


class Behaviour(NamedTuple):
    """Behaviour's principal components, and the variance of other trials in them."""

    directions: Float[np.ndarray, "unit component"]
    inside: float  # of all components
    shared: float  # fraction of the variance


def components_of(phases: Activities) -> Behaviour:
    """Find behaviour's principal components, 10 or all of a smaller network, in one half of its trials."""
    states = phases["active"].states
    assert states is not None
    one, other = spread_of(states[:, ::2]), spread_of(states[:, 1::2])
    assert one is not None
    assert other is not None
    directions = principal(one, min(NUMBER, len(one.mean)))[1]
    inside = float(_inside(other, directions).sum())
    return Behaviour(directions, inside, inside / float(np.trace(other.covariance)))


def of(activity: Activity, behaviour: Behaviour, _: np.random.Generator) -> Values:
    """Compute the cumulative variance explained by a phase's own components, and by those of behaviour.

    `alignment` is the variance in behaviour's components, beyond what as many random directions would hold, over what
    behaviour itself has in them. It is 0 for white noise, though of that behaviour's components hold as much as any
    others could, and 0 where behaviour has no components of its own. `size` is the variance in them over behaviour's.
    Behaviour itself is seen in other trials than those of the components.
    """
    assert activity.states is not None
    number = behaviour.directions.shape[1]
    numbers = {"component": np.arange(1, number + 1)}
    spread = spread_of(activity.states)
    total = 0.0 if spread is None else float(np.trace(spread.covariance))
    if spread is None or total <= 0:
        nothing = np.full(number, np.nan)
        gone = dict.fromkeys(("alignment", "size", "participation"), math.nan)
        return numbers | {"explained": nothing, "shared": nothing} | gone
    seen = spread if activity.truth is None else spread_of(activity.states[:, 1::2])
    assert seen is not None
    inside = _inside(seen, behaviour.directions)
    shared = np.cumsum(inside) / float(np.trace(seen.covariance))
    chance = number / len(spread.mean)
    own = behaviour.shared - chance
    return numbers | {
        "explained": np.cumsum(principal(spread, number)[0]) / total,
        "shared": shared,
        "alignment": float(shared[-1] - chance) / own if own > LOW else 0.0,
        "size": float(inside.sum()) / behaviour.inside,
        "participation": total**2 / float(np.square(spread.covariance).sum()),
    }


def _inside(spread: Spread, directions: Float[np.ndarray, "unit component"]) -> Float[np.ndarray, " component"]:
    """Compute the variance along every direction."""
    return np.asarray(np.einsum("uc,uv,vc->c", directions, spread.covariance, directions, optimize=True))


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "component": Quantity("", "number of components", ("component",), once=True),
        "explained": Quantity("", "variance explained by own components", ("component",)),
        "shared": Quantity("", "variance explained by behaviour's components", ("component",)),
        "alignment": Quantity("", "variance in behaviour's components beyond chance, over behaviour's own"),
        "size": Quantity("", "variance in behaviour's components over behaviour's"),
        "participation": Quantity("", "participation ratio"),
    },
    of=of,
    learn=components_of,
    horizon=(0, 200),
    hidden=True,
)
