"""Ring: do active states of headings lie on a ring, and does rest cover it?

Means over headings are a ring even of states that are nothing but noise, if headings are decoded from them. So single
states are tested, in the order of the true heading.

Formula: persistence: death over birth of the longest-lived loop of 250 single active states, evenly spread over true
headings; `is_ring` is that over what Gaussian clouds and discs of equal second moments hardly exceed; `covered`: the
fraction of 48 sectors in which rest is a quarter as often as behaviour, or more.

Source: ours, with persistent homology by ripser (Bauer 2021).

Fails: where noise is as large as the ring, whose middle then fills up; for a ring that is passed twice, which has no
order. From starts all around, what stands still covers the ring: read `covered` in the phase `from_one`.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import cKDTree

from quiescent.measures.homology import Points, diagrams
from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.components import principal, spread_of
from quiescent.quiescence.phases import HIDDEN, REST, noise_added
from quiescent.spaces import Circle

SKIPPED = 10  # first steps of active trials, before noise has settled
AXES = 6  # components in which states are looked at
BINS = 48
STATES = 3000  # that are looked for near a state
CHOSEN = 250  # single states whose topology is found, and that are drawn
DRAWS, FAR = 12, 3.5  # clouds of each kind that a ring is compared with; standard deviations beyond their mean
ORDERED = 0.5  # from which order on states are in the order of headings
NEAR = 99  # percentile of active states' distance to others, up to which a state counts as near
OFTEN = 0.25  # of behaviour's fraction of states in a bin, from which on it counts as covered


class Ring(NamedTuple):
    """Active states on their leading components, whether they leave their middle empty, and how near they are."""

    centre: Float[np.ndarray, " unit"]
    directions: Float[np.ndarray, "unit axis"]
    states: cKDTree  # points on the components, of one half of the trials
    hollow: bool  # the middle is not near any state
    usual: Float[np.ndarray, " bin"]  # fraction of the other half's states around the middle
    near: float  # distance from the nearest state within which 99 % of the other half's lie
    middle: float  # median of that distance

    def project(self, states: Float[np.ndarray, "*shape unit"]) -> Points:
        """Project the states that count on the components."""
        states = states.reshape(-1, states.shape[-1])
        counted = states[np.isfinite(states[:, 0])]
        return np.asarray((counted - self.centre.astype(np.float32)) @ self.directions.astype(np.float32))


def ring_of(phases: Activities) -> Ring:
    """Find components in one half of the active trials, and in the other how near their states are usually."""
    active = phases["active"]
    assert active.states is not None
    one, other = (_late(active.states)[:, half::2] for half in (0, 1))
    spread = spread_of(one)
    assert spread is not None
    known = Ring(spread.mean, principal(spread, AXES)[1], cKDTree([[0.0]]), False, np.empty(0), math.nan, math.nan)
    points, others = known.project(one), known.project(other)
    states = cKDTree(points[:: -(-len(points) // STATES)])
    distances = states.query(others)[0]
    near, middle = (float(np.percentile(distances, percentile)) for percentile in (NEAR, 50))
    return known._replace(
        states=states,
        hollow=bool(states.query(np.zeros(points.shape[1]))[0] > near),
        usual=np.bincount(_bins(others), minlength=BINS) / len(others),
        near=near,
        middle=middle,
    )


def of(activity: Activity, ring: Ring, rng: np.random.Generator) -> Values:
    """Compute how much of behaviour's ring a phase covers and how near it is; of behaviour, whether it is a ring.

    Only states that are near active ones cover the ring, and nothing covers a cloud whose middle is not empty. Around
    the middle, places are told apart by their angle on the first two components.
    """
    assert activity.states is not None
    points = ring.project(activity.states)
    covered = near = off = math.nan
    if len(points):
        distances = ring.states.query(points)[0]
        inside = distances <= ring.near
        fraction = np.bincount(_bins(points[inside]), minlength=BINS) / len(points)
        visited = np.flatnonzero(ring.usual)
        covered = ring.hollow * float(np.mean(fraction[visited] >= OFTEN * ring.usual[visited]))
        near, off = float(np.mean(inside)), float(np.median(distances)) / ring.middle
    shape = dict.fromkeys(SHAPE, math.nan) if activity.truth is None else shape_of(activity, ring, rng)
    return {"covered": covered, "near": near, "off": off, **shape}


SHAPE = ("ratio", "second", "ratio_null", "is_ring", "order", "points", "headings")


def shape_of(active: Activity, ring: Ring, rng: np.random.Generator) -> dict[str, object]:
    """Find the loops of single active states, evenly spread over true headings, and of clouds without a loop.

    States are from other trials than the components. `ratio_null` is what persistence in such clouds hardly exceeds.
    `order` is the mean resultant length of the angle on the first two components against the true heading, 1 for a ring
    that is passed once. `is_ring` is persistence over `ratio_null`, and at most 1 without order.
    """
    assert active.states is not None
    late, headings = _late(active.states)[:, 1::2], _headings(active, 1)
    chosen = _evenly(headings, CHOSEN, rng)
    points, angles = ring.project(late.reshape(-1, late.shape[-1])[chosen]), headings[chosen]
    first, second = persistence(points)
    draws = np.log([[persistence(cloud)[0] for cloud in clouds_like(points, rng)] for _ in range(DRAWS)])
    null = float(np.exp(draws.mean(0) + FAR * draws.std(0, ddof=1)).max())
    plane = (points - points.mean(0))[:, :2] / points[:, :2].std(0)
    turned = np.arctan2(plane[:, -1], plane[:, 0])
    order = max(float(abs(np.exp(1j * (turned - way * angles)).mean())) for way in (1, -1))
    return {
        "ratio": first,
        "second": second,
        "ratio_null": null,
        "is_ring": first / null if order >= ORDERED else min(first / null, order / ORDERED),
        "order": order,
        "points": _padded(points),
        "headings": _padded(angles[:, None])[:, 0],
    }


def persistence(points: Points) -> tuple[float, float]:
    """Compute death over birth of the two most persistent loops of a point cloud; 1 where there is none.

    A ring of n even points has a loop born at their spacing, which dies near sqrt(3) times the radius; a line has none.
    """
    loops = diagrams(points, 1)[1]
    ratios = sorted((float(death / birth) for birth, death in loops if birth > 0), reverse=True)
    first, second, *_ = [*ratios, 1.0, 1.0]
    return first, second


def clouds_like(points: Points, rng: np.random.Generator) -> tuple[Points, Points]:
    """Sample a Gaussian cloud, and a disc that is Gaussian along further axes, with the second moments of points."""
    variances, directions = np.linalg.eigh(np.atleast_2d(np.cov(points.T)))
    scales = np.sqrt(np.maximum(variances[::-1], 0))
    gaussian, disc = rng.normal(size=(2, *points.shape))
    radius, angle = 2 * np.sqrt(rng.random(len(points))), rng.uniform(0, 2 * math.pi, len(points))
    disc[:, :2] = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1)[:, : points.shape[1]]
    return gaussian * scales @ directions[:, ::-1].T, disc * scales @ directions[:, ::-1].T


def _late(array: np.ndarray) -> np.ndarray:
    return np.asarray(array[min(SKIPPED, len(array) - 1) :])


def _headings(active: Activity, half: int) -> Float[np.ndarray, " point"]:
    """Select the true headings that belong to the active states of one half of the trials."""
    assert active.truth is not None
    return np.asarray(_late(active.truth)[:, half::2, 0].ravel(), float)


def _bins(points: Points) -> Int[np.ndarray, " point"]:
    """Find the sector around the middle in which each point lies on the first two components."""
    turns = np.arctan2(points[:, min(1, points.shape[1] - 1)], points[:, 0]) / (2 * math.pi) + 0.5
    return np.asarray(np.minimum(turns * BINS, BINS - 1).astype(int))


def _evenly(headings: Float[np.ndarray, " point"], number: int, rng: np.random.Generator) -> Int[np.ndarray, " chosen"]:
    """Choose states whose headings are spread evenly around the circle, as far as there are any."""
    shuffled = rng.permutation(len(headings))
    ordered = shuffled[np.argsort(headings[shuffled])]
    wanted = 2 * math.pi * ((np.arange(number) + rng.random()) / number - 0.5)
    at = np.searchsorted(headings[ordered], wanted)
    return np.asarray(ordered[np.unique(np.minimum(at, len(ordered) - 1))])


def _padded(points: Points) -> Float[np.ndarray, "chosen three"]:
    """Take the first points on up to three axes; NaN where there are fewer."""
    whole = np.full((CHOSEN, min(3, points.shape[1])), np.nan, np.float32)
    whole[: len(points)] = points[:CHOSEN, :3]
    return whole


# Every rest begins from the same heading here: from starts all around, even what stands still covers the ring.
FROM_ONE = REST._replace(places=1)
MEASURE = Measure(
    phases={**HIDDEN, "from_one": FROM_ONE, "from_one_noise_added": noise_added(FROM_ONE)},
    quantities={
        "ratio": Quantity("", "death over birth of the most persistent loop", once=True),
        "second": Quantity("", "death over birth of the second loop", once=True),
        "ratio_null": Quantity("", "death over birth that loops in clouds without a ring hardly exceed", once=True),
        "is_ring": Quantity("", "persistence of the loop over what clouds without a ring hardly exceed", once=True),
        "order": Quantity("", "order of states by true heading around the ring", once=True),
        "points": Quantity("", "single active states", ("point", "axis"), once=True),
        "headings": Quantity("rad", "their true headings", ("point",), once=True),
        "covered": Quantity("", "fraction of the ring that is covered"),
        "near": Quantity("", "fraction of states that are as near to active states as these are"),
        "off": Quantity("", "median distance from active states over behaviour's"),
    },
    of=of,
    learn=ring_of,
    space=Circle,
    hidden=True,
)
