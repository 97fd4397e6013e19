"""Start to wake: distances of states at rest from active ones, against closed forms of angles and of chance."""

import math

import numpy as np
import pytest
from made import activity, leave_all_out, measured

from quiescent.measures.start_to_wake import nearest
from quiescent.quiescence.activity import kept_steps

UNITS, STEPS, TRIALS = 30, 40, 100


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def seen(states, *, awake=False, kept=None):
    """Make an activity of states; at rest those of the steps that are kept."""
    made = activity(np.zeros((*states.shape[:2], 2)), states=states.astype(np.float32))
    if awake:
        return made._replace(truth=made.decoded)
    return made if kept is None else made._replace(states=made.states[kept], kept=kept)


def arc(rng, low=0.0, high=math.pi / 2, steps=STEPS):
    """Sample states on a part of a circle through the first two units."""
    angles = rng.uniform(low, high, (steps, TRIALS))
    return np.stack([np.cos(angles), np.sin(angles), *np.zeros((UNITS - 2, steps, TRIALS))], -1)


def test_the_nearest_state_is_that_of_the_smallest_angle_and_sizes_are_told_apart():
    directions = np.eye(3)[:2]
    states = np.array([[0.0, 3.0, 4.0], [5.0, 0, 0], [0, 0, 2], [0, 0, 0], [np.nan] * 3])
    distance, size = nearest(states, directions, np.array([2.0, 10.0]))
    assert distance == pytest.approx([1 - 3 / 5, 0, 1, 1, np.nan], nan_ok=True)
    assert size[:2] == pytest.approx([5 / 10, 5 / 2])


def test_states_that_turn_away_by_an_angle_are_at_its_cosine_and_those_that_fade_stay_near(rng):
    away = np.linspace(0, 1, STEPS)
    turned = arc(rng)
    lift = np.sin(away)[:, None, None] * np.eye(UNITS)[2]
    phases = {
        "active": seen(arc(rng), awake=True),
        "quiescent": seen(np.cos(away)[:, None, None] * turned + lift),
        "faded": seen(np.exp(-away)[:, None, None] * turned),
    }
    result = measured("start_to_wake", phases)
    steps = np.round(result["times"].values / 0.02).astype(int) - 1
    at = {name: result.sel(phase=name) for name in phases}
    np.testing.assert_allclose(at["quiescent"]["distance"], 1 - np.cos(away[steps]), atol=1e-5)
    np.testing.assert_allclose(at["quiescent"]["size"], 1, rtol=1e-5)
    np.testing.assert_allclose(at["faded"]["distance"], 0, atol=1e-5)
    np.testing.assert_allclose(at["faded"]["size"], np.exp(-away[steps]), rtol=1e-5)


def test_other_behaviour_lies_on_the_floor_and_shuffled_behaviour_at_the_ceiling(rng):
    mean = rng.uniform(0, 1, UNITS)

    def states():
        return mean * (1 + 0.2 * rng.normal(size=(STEPS, TRIALS, 1))) + 0.3 * rng.normal(size=(STEPS, TRIALS, UNITS))

    tuned = np.maximum(0, states() + arc(rng) @ rng.normal(size=(UNITS, UNITS)))
    half = STEPS // 2
    active = seen(tuned[:half], awake=True)
    shuffled = rng.permuted(tuned[half:].reshape(-1, UNITS), axis=0).reshape(half, TRIALS, UNITS)
    result = measured("start_to_wake", {"active": active, "same": seen(tuned[half:]), "shuffled": seen(shuffled)})
    assert float(result["ceiling"]) > 1.5 * float(result["floor"])
    towards = {name: float(result["towards_chance"].sel(phase=name)) for name in result["phase"].values}
    assert towards == {
        "active": pytest.approx(0, abs=0.05),
        "same": pytest.approx(0, abs=0.05),
        "shuffled": pytest.approx(1, abs=0.05),
    }


def test_a_size_that_all_states_share_changes_no_distance(rng):
    states, rest = rng.normal(size=(2, STEPS, TRIALS, UNITS))
    results = [
        measured("start_to_wake", {"active": seen(factor * states, awake=True), "quiescent": seen(rest)})
        for factor in (1, 8)
    ]
    for name in ("distance", "floor", "ceiling", "towards_chance"):
        np.testing.assert_array_equal(results[0][name], results[1][name])
    np.testing.assert_allclose(results[0]["size"].sel(phase="quiescent"), 8 * results[1]["size"].sel(phase="quiescent"))


def test_times_at_rest_are_those_whose_states_are_kept(rng):
    kept = kept_steps(300)
    rest = seen(rng.normal(size=(300, TRIALS, UNITS)), kept=kept)
    result = measured("start_to_wake", {"active": seen(arc(rng), awake=True), "quiescent": rest})
    steps = np.round(result["times"].values / 0.02).astype(int) - 1
    assert set(steps) <= set(kept)
    assert (steps[0], steps[-1]) == (kept[0], kept[-1])
    assert result["distance"].sel(phase="quiescent").notnull().all()
    there = result["distance"].sel(phase="active").notnull()
    np.testing.assert_array_equal(there, steps < STEPS)
    gone = measured("start_to_wake", {"active": seen(arc(rng), awake=True), "quiescent": leave_all_out(rest)})
    assert gone["distance"].sel(phase="quiescent").isnull().all()
