"""Ring: is the manifold of headings a ring or a line, and does rest cover it?"""

import math
import warnings
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.measures.measure import Activities, Measure, Quantity, Values
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import HIDDEN
from quiescent.spaces import Circle

BINS = 48
AXES = 10  # components of the mean states in which topology is looked for
OFTEN = 0.25  # of behaviour's fraction of steps in a bin, from which on it counts as covered


def persistence(points: Float[np.ndarray, "point axis"]) -> tuple[float, float]:
    """Compute death over birth of the two most persistent loops of a point cloud; 1 where there is none.

    A ring of n even points has a loop born at their spacing, which dies near sqrt(3) times the radius; a line has none.
    """
    try:
        from ripser import ripser
    except ImportError:
        raise QuiescentError("ring needs ripser: pip install 'quiescent[paper]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of more dimensions than points
        loops = ripser(points, maxdim=1)["dgms"][1]
    ratios = sorted((float(death / birth) for birth, death in loops if birth > 0), reverse=True)
    first, second, *_ = [*ratios, 1.0, 1.0]
    return first, second


def mean_states(
    activity: Activity, bins: int = BINS
) -> tuple[Float[np.ndarray, "bin unit"], Float[np.ndarray, " bin"]]:
    """Average hidden states by decoded heading, NaN where there is none; and count the fraction of steps there."""
    states, index = _binned(activity, bins)
    counts = np.bincount(index, minlength=bins)
    sums = np.zeros((bins, states.shape[1]))
    np.add.at(sums, index, states)
    means = np.full_like(sums, np.nan)
    means[counts > 0] = sums[counts > 0] / counts[counts > 0, None]
    return means, counts / max(1, counts.sum())


def _binned(activity: Activity, bins: int) -> tuple[np.ndarray, np.ndarray]:
    assert activity.states is not None
    headings = activity.decoded[..., 0].ravel()
    counts = np.isfinite(headings)
    turns = np.remainder(headings[counts] / (2 * math.pi) + 0.5, 1)
    return activity.states.reshape(-1, activity.states.shape[-1])[counts], np.minimum(turns * bins, bins - 1).astype(
        int
    )


class Ring(NamedTuple):
    """Behaviour's mean states by heading, what is usual of them, and their topology."""

    means: Float[np.ndarray, "bin unit"]  # NaN where behaviour never was
    usual: Float[np.ndarray, " bin"]  # fraction of behaviour's steps in every bin
    off: float  # distance of behaviour's states from the ring
    axes: Float[np.ndarray, "bin 3"]  # mean states on their components
    loops: tuple[float, float]  # death over birth of the two most persistent ones


def ring_of(phases: Activities) -> Ring:
    """Find the mean active state at every heading, and the topology of these states."""
    active = phases["active"]
    means, usual = mean_states(active)
    visited = np.isfinite(means[:, 0])
    centred = means[visited] - means[visited].mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    places = centred @ directions[:AXES].T
    axes = np.full((BINS, 3), np.nan)
    axes[visited, : places.shape[1]] = places[:, :3]
    return Ring(means, usual, _off(active, means), axes, persistence(places))


def of(activity: Activity, ring: Ring, _: np.random.Generator) -> Values:
    """Compute how much of behaviour's ring of states a phase covers, and how far from it the phase is."""
    fraction = mean_states(activity)[1]
    visited = np.isfinite(ring.means[:, 0])
    covered = (fraction >= OFTEN * ring.usual)[visited].mean() if fraction.sum() else math.nan
    return {
        "ratio": ring.loops[0],
        "second": ring.loops[1],
        "first_pcs": ring.axes,
        "covered": float(covered),
        "off": _off(activity, ring.means) / ring.off,
    }


def _off(activity: Activity, means: Float[np.ndarray, "bin unit"]) -> float:
    """Compute the root mean squared distance of states from the mean state of their heading."""
    states, index = _binned(activity, len(means))
    squares = np.square(states - means.astype(np.float32)[index]).sum(1)
    squares = squares[np.isfinite(squares)]
    return math.sqrt(float(squares.mean())) if len(squares) else math.nan


MEASURE = Measure(
    phases=HIDDEN,
    quantities={
        "ratio": Quantity("", "death over birth of the most persistent loop", once=True),
        "second": Quantity("", "death over birth of the second loop", once=True),
        "first_pcs": Quantity("", "mean state by heading", ("bin", "axis"), once=True),
        "covered": Quantity("", "fraction of the ring that is covered"),
        "off": Quantity("", "distance from the ring over behaviour's"),
    },
    of=of,
    learn=ring_of,
    space=Circle,
)
