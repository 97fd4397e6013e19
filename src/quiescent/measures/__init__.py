"""Measures of reactivation. One file and one line here per measure."""

from quiescent.measures import distance, kl, variance
from quiescent.measures.measure import Measure

MEASURES: dict[str, Measure] = {
    "kl": kl.MEASURE,
    "variance": variance.MEASURE,
    "distance": distance.MEASURE,
}

__all__ = ["MEASURES", "Measure", "distance", "kl", "variance"]
