"""Criteria: effects of conditions, where claims say that they lie, and the controls that must fail or pass."""
