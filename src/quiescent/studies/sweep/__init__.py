"""Sweeps: a grid of networks, trained and measured."""
