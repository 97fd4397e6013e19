"""Kinds of motion: does a path stand, leap, stay near a place, diffuse, drift or have momentum?

Of every path the weights of six models are computed (`measures/evidence.py`), from 200 steps at most: time enough to
tell them apart, and short enough that walls hardly show. What is known of the answer:

- Paths of each model are recognised in 90 % of all cases or more: of 200 steps, with jitter as large as a step, a third
  of the steps left out or not, on the line and the plane; for any drift of 0.5 to 2 standard deviations of a step per
  step, momentum kept for 3 to 50 steps, and on the plane confined paths that return within 2 to 20 steps. On the line
  these are recognised in 80 % if they return within 2 to 8 steps; the others are taken for diffusion, as are all that
  need 30 steps or more.
- The mean weight of a model is 0.7 to 0.9 where it is true and simple: those that contain it explain a path as well.
- A walk in a box of 2.2 m diffuses as long as its steps are below 0.1 m in one dimension; with steps of 0.2 m half of
  the paths are confined, and with 0.35 m and more all of them. The controls' samplers take smaller ones.
- An error of the read-out that depends on the place is jitter that remembers until the path has moved on: slow paths
  (the perfect network and samplers of small steps) are then confined in a third of all cases, and diffuse in others.
- Models are normal. Paths that leap now and then are none of them, and weights near 1 mean less than they say.

A periodic path that jumps over a quarter of its period between two steps that count may have gone either way, and is
not judged; nor is one of fewer than 50 steps that count. Parameters are means over the paths that their model won.
Exponents and a diffusion constant over all paths are those of `displacement`.

Formula: weight `exp(-B_m / 2) / sum over models of exp(-B / 2)`, with `B = k log n - 2 log L`: k parameters, n steps, L
the highest density of the path given its first place.

Source: Schwarz (1978); models as in Krause & Drugowitsch (2022), with jitter by a Kalman filter.

Fails: for slow paths whose jitter remembers (confined in a third of all cases), for large steps between walls
(confined), and for paths that leap now and then, which are none of the models.
"""

import numpy as np
from jaxtyping import Bool, Float

from quiescent.measures.evidence import FLOOR, MODELS, Evidence, evidence
from quiescent.measures.measure import Measure, PerTrial, Quantity, Values
from quiescent.measures.motion import ambiguous
from quiescent.quiescence.activity import Activity
from quiescent.quiescence.phases import RESTING, UNTRAINED
from quiescent.spaces import Space
from quiescent.statistics import points_of

LONGEST, LEAST = 200, 50  # steps that a path is judged by

Paths = Float[np.ndarray, "time trial dim"]
UNKNOWN = dict.fromkeys(("weight", "won"), np.empty((len(MODELS), 0))) | dict.fromkeys(
    ("diffusion", "speed", "friction", "jitter"), np.empty(0)
)


def judged(paths: Paths, space: Space) -> Bool[np.ndarray, " trial"]:
    """Find the paths of which enough steps count, and of which it is known which way round they went."""
    seen = [points_of(path) for path in paths.swapaxes(0, 1)]
    return np.array([len(points) >= LEAST and not ambiguous(points[:, None], space) for points in seen], bool)


def unwrapped(paths: Paths, space: Space) -> Paths:
    """Turn paths into points on a line or plane around the middle of all places, so that no cut lies amid them."""
    points = points_of(paths).astype(float)
    middle = points[:1]
    for _ in range(3):  # on a circle the mean depends on where it is taken
        middle = middle + space.difference(points, middle).mean(0)
    return space.unwrapped(space.difference(paths.astype(float), middle))


def of(activity: Activity, _known: None, _: np.random.Generator) -> Values:
    """Compute the weights of all models, the fraction of paths that each wins, and the parameters of those paths."""
    paths, space = activity.decoded[:LONGEST], activity.space
    which = judged(paths, space)
    if which.sum() < 2:  # the places of one path are those of all
        which[:] = False
    values = _parameters(evidence(unwrapped(paths[:, which], space)), activity.dt) if which.any() else UNKNOWN
    spread = {name: np.full((*value.shape[:-1], len(which)), np.nan) for name, value in values.items()}
    for name, value in values.items():
        spread[name][..., which] = value
    return {"model": np.array(MODELS), "judged": int(which.sum())} | {
        name: PerTrial(value) for name, value in spread.items()
    }


def _parameters(found: Evidence, dt: float) -> dict[str, np.ndarray]:
    """Compute the weights of every path, and the parameters of the model that wins it; NaN of the others."""
    won = dict(zip(MODELS, found.criterion.argmin(0) == np.arange(len(MODELS))[:, None], strict=True))
    jitter = sum(np.where(won[name], fit.jitter, 0) for name, fit in found.fits.items())
    jitter = np.where(jitter > 1.001 * FLOOR, jitter, 0)  # at the floor there is none
    drift, momentum = found.fits["drift"], found.fits["momentum"]
    return {
        "weight": found.weights,
        "won": np.stack(list(won.values())).astype(float),
        "diffusion": np.where(won["diffusion"], found.fits["diffusion"].step / (2 * dt), np.nan),
        "speed": np.where(won["drift"], np.linalg.norm(drift.velocity, axis=-1) / dt, np.nan),
        "friction": np.where(won["momentum"], np.exp(momentum.decay) / dt, np.nan),
        "jitter": np.where(won["independent"], np.nan, np.sqrt(jitter)),
    }


MEASURE = Measure(
    phases=RESTING | UNTRAINED,
    quantities={
        "model": Quantity("", "model of motion", ("model",), once=True),
        "weight": Quantity("", "mean weight of the model (BIC)", ("model",), error=True),
        "won": Quantity("", "fraction of the judged paths that it explains best", ("model",)),
        "judged": Quantity("", "number of paths that could be judged"),
        "diffusion": Quantity("length^2/s", "D of paths that diffuse", error=True),
        "speed": Quantity("length/s", "speed of paths that drift", error=True),
        "friction": Quantity("1/s", "d of paths with momentum", error=True),
        "jitter": Quantity("length", "standard deviation of jitter, in one dimension", error=True),
    },
    of=of,
    horizon=(0, LONGEST),
)
