"""Phases of a network, awake and at rest, and what is seen in them."""
