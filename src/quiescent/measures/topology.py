"""Topology: do hidden states form a ring, a sheet, a torus, or nothing but a cloud?

A class of loops or voids counts if it lives longer than the longest one of states whose units were each shifted in time
by an offset of their own: what a unit does stays as it is, what units do together is lost (Gardner et al. 2022).
States that fade at rest fill the ring that they leave: it is a disc then.

Formula: lifetimes, death less birth over the cloud's radius, of components, loops and voids of 120 points (each a mean
of 10 states) on six components; p-value: `(1 + shuffles with a longer one) / (1 + shuffles)`, of 100 clouds of states
whose units were each shifted in time.

Source: Gardner et al. (2022), with fewer points and shuffles.

Fails: where few points hide a thin hole, or noise fills it. The shuffle destroys all that units do together: that
states are no such cloud does not say that they are behaviour's.
"""

import numpy as np
from jaxtyping import Float

from quiescent.measures.homology import far_apart, lifetimes
from quiescent.measures.measure import Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import principal, spread_of
from quiescent.quiescence.phases import HIDDEN

SKIPPED = 10  # first steps of a trial, and of rest: there a state is still the code of a start, trained or not
ROWS = 4000  # states, evenly spaced over trials and time
AXES = 6  # principal components
POINTS = 120  # of which the homology is computed
NEIGHBOURS = 10  # states whose mean takes the place of a point: of all points those far apart are the noisiest
HIGHEST = 2  # dimension: voids
DRAWS = 100  # of the null
SHOWN = 20  # longest lifetimes that are kept

Rows = Float[np.ndarray, "row unit"]


def cloud(rows: Rows) -> Float[np.ndarray, "point axis"]:
    """Reduce states to a few points far apart on their leading components, in units of the root mean square radius.

    Without that unit what varies more would have longer lifetimes. Each point is the mean of the states near it.
    """
    spread = spread_of(rows[None])
    assert spread is not None
    states = (rows - spread.mean.astype(np.float32)) @ principal(spread, AXES)[1].astype(np.float32)
    states /= max(float(np.sqrt(np.square(states).sum(1).mean())), np.finfo(np.float32).tiny)
    chosen = states[far_apart(states, POINTS)]
    squares = np.square(chosen).sum(1)[:, None] + np.square(states).sum(1) - 2 * chosen @ states.T
    number = min(NEIGHBOURS, len(states))
    return np.asarray(states[np.argpartition(squares, number - 1, axis=1)[:, :number]].mean(1))


def shifted(rows: Rows, rng: np.random.Generator) -> Rows:
    """Shift every unit along all rows by an offset of its own; what leaves at the end comes back at the beginning."""
    offsets = rng.integers(len(rows), size=(rows.shape[1],))
    return np.stack([np.roll(unit, offset) for unit, offset in zip(rows.T, offsets, strict=True)], axis=1)


def homology_of(rows: Rows, rng: np.random.Generator) -> Values:
    """Compare lifetimes of classes with the longest of shifted states, dimension by dimension.

    `betti` counts the classes that live longer than 99 % of the longest ones of shifted states, and the component that
    never dies. `p_value` is the longest class's: its least is 1 / (1 + DRAWS).
    """
    own = _longest(rows)
    null = np.array([_longest(shifted(rows, rng))[:, 0] for _ in range(DRAWS)])
    limits = np.quantile(null, (0.95, 0.99), axis=0)
    return {
        "lifetimes": own,
        "null_95": limits[0],
        "null_99": limits[1],
        "p_value": (1 + (null >= own[:, 0]).sum(0)) / (1 + DRAWS),
        "betti": (own > limits[1][:, None]).sum(1) + (np.arange(HIGHEST + 1) == 0).astype(float),
    }


def _longest(rows: Rows) -> Float[np.ndarray, "dimension class"]:
    """Find the longest lifetimes in every dimension; 0 where there are fewer."""
    table = np.zeros((HIGHEST + 1, SHOWN))
    for row, found in zip(table, lifetimes(cloud(rows), HIGHEST), strict=True):
        row[: len(found)] = found[:SHOWN]
    return table


def rows_of(activity: Activity) -> Rows:
    """Collect states that count, evenly spaced over trials and time, one trial after the other."""
    assert activity.states is not None
    steps = np.arange(len(activity.states)) if activity.kept is None else activity.kept
    late = activity.states[steps >= min(SKIPPED, steps[-1])] if len(steps) else activity.states
    counted = np.flatnonzero(np.isfinite(late[..., 0].T.ravel()))
    some = counted[np.linspace(0, len(counted) - 1, min(ROWS, len(counted))).astype(int)]
    trial, step = np.divmod(some, max(1, len(late)))
    return np.asarray(late[step, trial])


def of(activity: Activity, _known: None, rng: np.random.Generator) -> Values:
    """Find the topology of the states of a phase; NaN where there are too few, or all alike."""
    rows = rows_of(activity)
    dimension = np.arange(HIGHEST + 1)
    if len(rows) > POINTS and rows.std(0).any():
        return {"dimension": dimension, **homology_of(rows, rng)}
    nothing = np.full(len(dimension), np.nan)
    unknown = dict.fromkeys(("null_95", "null_99", "p_value", "betti"), nothing)
    return {"dimension": dimension, "lifetimes": np.full((len(dimension), SHOWN), np.nan), **unknown}


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "dimension": Quantity("", "of the classes: components, loops, voids", ("dimension",), grid=True),
        "lifetimes": Quantity("", "lifetimes of classes over the radius of the cloud", ("dimension", "class")),
        "null_95": Quantity("", "lifetime that 95 % of shifted states do not exceed", ("dimension",)),
        "null_99": Quantity("", "lifetime that 99 % of shifted states do not exceed", ("dimension",)),
        "p_value": Quantity("", "fraction of shifted states with a class that lives as long", ("dimension",)),
        "betti": Quantity("", "classes that live longer than shifted states'", ("dimension",)),
    },
    of=of,
    horizon=(0, 200),
    windows=False,
    hidden=True,
)
