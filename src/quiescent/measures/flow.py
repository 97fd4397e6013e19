"""Flow: where do places drift if the network is left alone, how fast, and where do they come to rest?

On a continuous attractor nothing flows. The largest speed anywhere says how far a network is from one: a place drifts
no farther than this times the time. What it remembers of its start for good is the entropy of its basins.

Formula: velocity: a plane fitted to `(x(t + lag) - x(t)) / (lag dt)` of decoded places x of the states near each node,
without input and noise; bound: the fastest times the time; capacity: `- sum p log p` of the fractions p of paths that
end in each basin.

Source: ours; a place cannot drift faster than the fastest flow.

Fails: for codes that fade, whose decoded places flow without meaning anything (`validity`); where few states are near a
node; and as a description of rest with noise, which may carry places over what the flow alone does not.
"""

import numpy as np

from quiescent.dynamics.flow import basins, capacity, field_of, nodes_of, zeros_of
from quiescent.measures.measure import Measure, Quantity, Values
from quiescent.quiescence.activity import Activity, Inside
from quiescent.quiescence.inside.flow import NODES, Flowing
from quiescent.statistics import mean

STATES, LONG = 2048, 2000  # active states; steps after which paths have ended
MIDDLE = 1  # of the lags: what is zero over a few steps is no echo of what decays


def of(activity: Activity, _known: None, _: np.random.Generator) -> Values:
    """Map the flow on nodes of the space, find where it is zero, and count where long paths end."""
    found, space = activity.inside, activity.space
    assert isinstance(found, Flowing)
    dim = len(space.bounds)
    number = NODES[dim]
    apart = float(np.ptp(space.bounds, axis=1).max()) / number  # as far as states count, and ends are one place
    nodes = nodes_of(space, number)
    fields = [field_of(found.places, moves, nodes, apart, space) for moves in found.moves]
    speeds = np.linalg.norm([field.velocity for field in fields], axis=-1) / activity.dt
    fractions = basins(found.ends[np.isfinite(found.ends).all(1)], apart, space)
    still = zeros_of(fields[MIDDLE], number, space).attracting
    drift = np.linalg.norm(found.moves[-1], axis=-1) * found.lags[-1]
    return {
        "lags": found.lags.astype(float),
        "nodes": nodes,
        "velocity": np.array([field.velocity for field in fields]) / activity.dt,
        "speed": [mean(one) for one in speeds],
        "fastest": np.fmax.reduce(speeds, 1),
        "error": np.sqrt([mean(np.square(field.error).sum(-1)) for field in fields]) / activity.dt,
        "drift": float(np.median(drift)),
        "bound": float(np.fmax.reduce(speeds[0]) * found.lags[-1] * activity.dt),
        "stable": float((still == dim).sum()),
        "unstable": float((still == 0).sum()),
        "saddles": float(((still > 0) & (still < dim)).sum()),
        "basins": float(len(fractions)),
        "largest": float(fractions[0]),
        "capacity": capacity(fractions),
        "behaviour": found.behaved / activity.dt,
        "kicked": found.kicked,
        "ends": found.ends,
    }


def _per_lag(title: str) -> Quantity:
    return Quantity("length/s", title, ("lag",))


MEASURE = Measure(
    phases={"flow": Inside("flow", trials=STATES, steps=LONG)},
    quantities={
        "lags": Quantity("steps", "steps that movement is averaged over", ("lag",), grid=True),
        "nodes": Quantity("length", "places of the map", ("node", "axis"), grid=True),
        "velocity": Quantity("length/s", "velocity of decoded places", ("lag", "node", "axis")),
        "speed": _per_lag("mean speed of the flow"),
        "fastest": _per_lag("largest speed of the flow"),
        "error": _per_lag("standard error of its velocity at a node"),
        "drift": Quantity("length", "median distance that a place goes in 50 steps"),
        "bound": Quantity("length", "largest speed times this time"),
        "stable": Quantity("", "places where the flow is zero and all around flows in"),
        "unstable": Quantity("", "places where the flow is zero and all around flows out"),
        "saddles": Quantity("", "places where the flow is zero, in along one direction and out along another"),
        "basins": Quantity("", "places where long paths end"),
        "largest": Quantity("", "fraction of paths that end at the place of most"),
        "capacity": Quantity("nats", "what ends remember of starts: entropy of basins"),
        "behaviour": Quantity("length/s", "mean speed awake"),
        "kicked": Quantity("length", "how far one step's noise moves a place for good, root mean square"),
        "ends": Quantity("length", "places where long paths end", ("node", "axis")),
    },
    of=of,
    readings=False,
    windows=False,
    hidden=True,
)
