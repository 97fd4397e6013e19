"""The benchmarks compare like with like."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import parts

SMALL = ("network.units=16", "task.steps=12", "training.batch_size=30")


@pytest.mark.parametrize(
    ("name", "cells"), [(parts.NAVIGATION, "place_cells"), (parts.GRU, "place_cells"), (parts.HEADING, "hd_cells")]
)
def test_the_textbook_has_the_same_losses(name, cells):
    assert parts.check_equal(name, *SMALL, f"task.{cells}.number=100") < 1e-4
