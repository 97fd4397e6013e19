"""Training that stops after a number of batches, and saves."""

from quiescent.training.loop import train_together


def train_partly(runs, batches):
    """Train runs together until one population has done so many batches, as if a user stopped it then."""
    seen = []
    train_together(runs, on_progress=seen.append, stop_asked=lambda: len(seen) >= batches)
