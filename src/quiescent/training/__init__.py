"""Training: batches and state, from the first to the last."""
