"""Ring: is the manifold of headings a ring or a line, and does rest cover it?"""

import math
import warnings

import numpy as np
import xarray as xr
from jaxtyping import Float

from quiescent.errors import QuiescentError
from quiescent.measures.measure import Activities, Measure
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import HIDDEN

BINS = 48
AXES = 10  # components of the mean states in which topology is looked for
OFTEN = 0.25  # of behaviour's share of a bin, from which on it counts as covered


def persistence(points: Float[np.ndarray, "point axis"]) -> tuple[float, float]:
    """Death over birth of the two most persistent loops of a point cloud; 1 where there is none.

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
    """Mean hidden state at every decoded heading, NaN where there is none; and the share of steps there."""
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
    there = np.isfinite(headings)
    turns = np.remainder(headings[there] / (2 * math.pi) + 0.5, 1)
    return activity.states.reshape(-1, activity.states.shape[-1])[there], np.minimum(turns * bins, bins - 1).astype(int)


def compute(phases: Activities, references: Activities, rng: np.random.Generator) -> xr.Dataset:
    """Topology of the mean active states by heading; how much of them rest covers, and how far from them it is."""
    means, usual = mean_states(phases["active"])
    there = np.isfinite(means[:, 0])
    centred = means[there] - means[there].mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    axes = centred @ directions[:AXES].T
    first, second = persistence(axes)
    drawn = np.full((BINS, 3), np.nan)
    drawn[there, : axes.shape[1]] = axes[:, :3]
    covered, off = [], []
    own = _off(phases["active"], means)
    for one in phases.values():
        _, share = mean_states(one)
        covered.append(float((share >= OFTEN * usual)[there].mean()) if share.sum() else math.nan)
        off.append(_off(one, means) / own)
    none = {"unit": ""}
    return xr.Dataset(
        {
            "ratio": ((), first, none | {"long_name": "death over birth of the most persistent loop"}),
            "second": ((), second, none | {"long_name": "the same of the second loop"}),
            "first_pcs": (("bin", "axis"), drawn, none | {"long_name": "mean state by heading"}),
            "covered": ("phase", covered, none | {"long_name": "share of the ring that is covered"}),
            "off": ("phase", off, none | {"long_name": "distance from the ring over behaviour's"}),
        },
        coords={"phase": list(phases)},
    )


def _off(activity: Activity, means: Float[np.ndarray, "bin unit"]) -> float:
    """Root mean squared distance of states from the mean state of their heading."""
    states, index = _binned(activity, len(means))
    squares = np.square(states - means.astype(np.float32)[index]).sum(1)
    squares = squares[np.isfinite(squares)]
    return math.sqrt(float(squares.mean())) if len(squares) else math.nan


MEASURE = Measure(
    phases=HIDDEN,
    compute=compute,
    variable="heading",
)
