"""The benchmarks compare like with like."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import contest
import parts

SMALL = ("network.units=16", "task.steps=12", "training.batch_size=30")


@pytest.mark.parametrize(
    ("name", "cells"), [(parts.NAVIGATION, "place_cells"), (parts.GRU, "place_cells"), (parts.HEADING, "hd_cells")]
)
def test_the_textbook_has_the_same_losses(name, cells):
    assert parts.check_equal(name, *SMALL, f"task.{cells}.number=100") < 1e-4


def test_contestants_train_the_same_batch_and_one_that_cannot_run_says_why(monkeypatch):
    monkeypatch.setattr(contest, "jax_python", lambda: sys.executable)
    words = (*SMALL, "task.place_cells.number=100")
    results = contest.contest("spatial_navigation/noisy_biased", *words, rounds=1, without=("textbook, compiled",))
    assert len(results["quiescent"].wall) == len(results["textbook"].wall) == 1
    assert 0 < results["textbook"].differs < 1e-4
    said = "\n".join(contest.in_words({"2-D": results}))
    assert results["JAX"].wall or "could not be run: ModuleNotFoundError: No module named 'jax'" in said
