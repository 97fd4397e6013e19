"""Populations in their tasks: noise, episodes, read-out, loss and gradient."""
