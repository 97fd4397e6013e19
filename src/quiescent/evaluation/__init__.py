"""Measures applied to runs, and stored with them."""
