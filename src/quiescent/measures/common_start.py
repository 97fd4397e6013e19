"""Common start: does rest reach the places of behaviour wherever it began?

Starts of rest are usually spread as behaviour is, so that a network which stands still is near behaviour too. From one
start it is as far from it as can be. Distances are total variations, which are bounded, and which have room between
densities that are both wide, as of headings.

Formula: `1/2 integral |p - q|`, with p the density of places at steps 1000 to 2000 of all rests from one start, q that
of behaviour; the mean over four starts. 0: equal, 1: no place in common, or no motion.

Source: ours.

Fails: for slow networks: a path that moves by millimetres per step is still near its start after 2000 of them, though
it would come everywhere in the end; and for faded codes, which decode to anywhere.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.measures.kl import LEAST_POINTS, density_of, total_variation
from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import BEHAVIOUR, OTHER_BEHAVIOUR, REST, noise_added
from quiescent.spaces import Density, Space
from quiescent.statistics import mean, points_of

PLACES = 4  # that rest begins from
STANDING = 1.0  # the distance of places that are all one


class Known(NamedTuple):
    """The density of behaviour, and how far from it a sample of other behaviour is, as large as that of one start."""

    density: Density
    floor: float


def known_of(phases: Activities) -> Known:
    """Estimate the density of decoded behaviour, and the distance of other behaviour from it."""
    active, other = phases["active"], phases["behaviour"]
    density = active.space.density(points_of(active.decoded))
    source = density_of(points_of(other.decoded[::PLACES]), active.space)
    rng = np.random.default_rng(0)  # for samples of two densities that are no part of any row
    return Known(density, math.nan if source is None else total_variation(source, density, rng))


def distances(
    paths: Float[np.ndarray, "time trial dim"], space: Space, density: Density, rng: np.random.Generator
) -> Float[np.ndarray, " place"]:
    """Estimate the total variation between a density and the places of paths that share a start, for every start.

    From 0, the same places, to 1, none in common or no motion at all; NaN where there are too few places.
    """
    values = []
    for group in np.array_split(paths, PLACES, axis=1):
        points = points_of(group)
        source = density_of(points, space)
        if source is not None:
            values.append(total_variation(source, density, rng))
        else:
            values.append(STANDING if len(points) >= LEAST_POINTS else math.nan)
    return np.array(values)


def of(activity: Activity, known: Known, rng: np.random.Generator) -> Values:
    """Average the distance of rest from behaviour over the places that it began from; other behaviour has the floor."""
    if activity.truth is not None:
        return {"distance": known.floor, "distance_spread": math.nan, "floor": known.floor}
    values = distances(activity.decoded, activity.space, known.density, rng)
    finite = values[np.isfinite(values)]
    return {
        "distance": mean(values),
        "distance_spread": float(finite.std(ddof=1)) if len(finite) > 1 else math.nan,
        "floor": known.floor,
    }


FROM_PLACES = REST._replace(places=PLACES, states=False)
MEASURE = Measure(
    phases={
        "active": BEHAVIOUR,
        "behaviour": OTHER_BEHAVIOUR,
        "quiescent": FROM_PLACES,
        "noise_added": noise_added(FROM_PLACES),
        "random": FROM_PLACES._replace(weights="initial"),
    },
    quantities={
        "distance": Quantity("", "total variation from behaviour's density"),
        "distance_spread": Quantity("", "its standard deviation over the places that rest began from"),
        "floor": Quantity("", "the distance of other behaviour", once=True),
    },
    of=of,
    learn=known_of,
    awake=False,
    horizon=(1000, 2000),
    thin=True,
)
