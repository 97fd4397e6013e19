"""Spaces: what kind of variable a network tracks."""
