"""Figures of networks awake and at rest. One file and one line here per figure."""

from quiescent.figures import density, loss, trajectories
from quiescent.figures.drawing import Drawing, HistoryDrawing

FIGURES: dict[str, Drawing | HistoryDrawing] = {
    "trajectories": trajectories.DRAWING,
    "density": density.DRAWING,
    "loss": loss.DRAWING,
}

__all__ = ["FIGURES", "Drawing", "HistoryDrawing", "density", "loss", "trajectories"]
