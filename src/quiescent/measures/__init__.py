"""Measures of reactivation. One file and one line here per measure."""

from typing import Any

from quiescent.measures import (
    common_start,
    coverage,
    denoising,
    dimensionality,
    displacement,
    distance,
    drift,
    flow,
    kl,
    manifold,
    noise_table,
    occupancy,
    order,
    paths,
    ring,
    shape,
    slow_points,
    stationarity,
    temperature,
    turning,
    validity,
    variance,
    wasserstein,
)
from quiescent.measures.measure import Measure, Quantity

MEASURES: dict[str, Measure[Any]] = {
    "kl": kl.MEASURE,
    "common_start": common_start.MEASURE,
    "variance": variance.MEASURE,
    "distance": distance.MEASURE,
    "displacement": displacement.MEASURE,
    "coverage": coverage.MEASURE,
    "wasserstein": wasserstein.MEASURE,
    "order": order.MEASURE,
    "turning": turning.MEASURE,
    "validity": validity.MEASURE,
    "shape": shape.MEASURE,
    "stationarity": stationarity.MEASURE,
    "noise_table": noise_table.MEASURE,
    "temperature": temperature.MEASURE,
    "dimensionality": dimensionality.MEASURE,
    "manifold": manifold.MEASURE,
    "ring": ring.MEASURE,
    "drift": drift.MEASURE,
    "denoising": denoising.MEASURE,
    "slow_points": slow_points.MEASURE,
    "flow": flow.MEASURE,
    "paths": paths.MEASURE,
    "occupancy": occupancy.MEASURE,
}

__all__ = ["MEASURES", "Measure", "Quantity", *MEASURES]
