"""Horizons: how long a perfect network must rest until it has been everywhere."""

import math

import numpy as np

from quiescent.spaces import Space, from_text
from quiescent.studies.paper.effects import Reader, Results
from quiescent.studies.paper.formats import Record

FAR = 100  # steps, after which the displacement is known where its rate is not
PERFECT = "perfect"


def relaxation(space: Space, diffusion: float) -> float:
    """Compute the time (s) in which diffusion forgets where it began: that of the slowest mode.

    It is L^2 / (pi^2 D) between walls that are L apart, and L^2 / (4 pi^2 D) around a ring of length L.

    Examples
    --------
    >>> from quiescent.spaces import Box
    >>> round(relaxation(Box(((0.0, 3.141592653589793),)), 0.5), 6)
    2.0
    """
    longest = max(high - low for low, high in space.bounds)
    wave = longest / math.pi / (2 if space.periodic else 1)
    return wave**2 / diffusion


def needed(results: Results, conditions: tuple[str, ...]) -> Record | None:
    """Find how long the perfect networks in place of some conditions would have to rest, the slowest of them."""
    found = {name: _time(results, name) for name in conditions}
    known = {name: time for name, time in found.items() if math.isfinite(time)}
    if not known:
        return None
    slowest = max(known, key=known.__getitem__)
    return {"condition": slowest, "seconds": known[slowest]}


def _time(results: Results, condition: str) -> float:
    reader = Reader(results, "all", control=PERFECT, replaced=(condition,))
    array = reader.array("displacement", "msd_100", condition)
    if array is None:
        return math.nan
    space = from_text(str(array["space"].item()))
    rate, far = (
        float(np.append(reader.get("displacement", name, condition, phase="quiescent"), np.nan)[0])
        for name in ("diffusion", "msd_100")
    )
    if not math.isfinite(rate):
        rate = far / (2 * len(space.bounds) * FAR * float(array["dt"].item()))
    return relaxation(space, rate) if rate > 0 else math.nan
