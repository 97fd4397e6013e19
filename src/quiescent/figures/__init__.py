"""Figures of what measures return. One file and one line here per figure."""

from quiescent.figures import (
    coverage,
    denoising,
    density,
    dimensionality,
    displacement,
    drift,
    flow,
    kl_matrix,
    loss,
    manifold,
    noise,
    noise_table,
    order,
    readings,
    ring,
    slow_points,
    stationarity,
    summary,
    temperature,
    trajectories,
    turning,
    validity,
)
from quiescent.figures.drawing import Drawing, HistoryDrawing

FIGURES: dict[str, Drawing | HistoryDrawing] = {
    "trajectories": trajectories.DRAWING,
    "density": density.DRAWING,
    "kl_matrix": kl_matrix.DRAWING,
    "summary": summary.DRAWING,
    "displacement": displacement.DRAWING,
    "coverage": coverage.DRAWING,
    "validity": validity.DRAWING,
    "readings": readings.DRAWING,
    "dimensionality": dimensionality.DRAWING,
    "manifold": manifold.DRAWING,
    "order": order.DRAWING,
    "stationarity": stationarity.DRAWING,
    "noise_table": noise_table.DRAWING,
    "temperature": temperature.DRAWING,
    "noise": noise.DRAWING,
    "drift": drift.DRAWING,
    "denoising": denoising.DRAWING,
    "turning": turning.DRAWING,
    "slow_points": slow_points.DRAWING,
    "flow": flow.DRAWING,
    "ring": ring.DRAWING,
    "loss": loss.DRAWING,
}

__all__ = ["FIGURES", "Drawing", "HistoryDrawing", *FIGURES]
