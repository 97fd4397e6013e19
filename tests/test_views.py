"""Rest is simulated once and read in windows, over all and over valid steps; few trials say nothing."""

import numpy as np
import pytest
from made import BOX, activity

from quiescent.evaluation.views import COUNTED, View, apply_to_views, seen_in, views_of
from quiescent.measures.measure import PAPER, WINDOWS, Measure, PerTrial, Quantity
from quiescent.quiescence.activity import Active, Rest, kept_steps

PHASES = {"active": Active(30), "quiescent": Rest(30, 2000)}


def clock(trials=30, steps=2000):
    """Make an activity whose decoded place is the number of the step."""
    paths = np.broadcast_to(np.arange(steps, dtype=float)[:, None, None], (steps, trials, 2))
    return activity(paths)._replace(valid=np.ones((steps, trials), bool))


def first_and_last(seen, _known, _rng):
    return {"begin": float(seen.decoded[0, 0, 0]), "end": float(seen.decoded[-1, 0, 0]), "steps": len(seen.decoded)}


NUMBERS = {name: Quantity("", name) for name in ("begin", "end", "steps")}


def clocked(**settings):
    measure = Measure(PHASES, NUMBERS, first_and_last, **settings)
    activities = {"active": clock(steps=100), "quiescent": clock()}
    return apply_to_views(measure, PHASES, activities, lambda _: np.random.default_rng(0), {})


@pytest.mark.parametrize("thin", [False, True])
def test_windows_are_parts_of_one_simulation_and_equally_many_steps_of_places_are_looked_at(thin):
    result = clocked(horizon=(1000, 2000), thin=thin).sel(reading="all")
    for window, (begin, end) in {PAPER: (1000, 2000), **WINDOWS}.items():
        seen = result.sel(window=window, phase="quiescent")
        assert float(seen["begin"]) == begin
        assert int(seen["steps"]) == (100 if thin and window != PAPER else end - begin)
        assert (result.sel(window=window, phase="active")["steps"] == 100).all()  # behaviour has no windows


def test_a_rest_that_ends_before_the_horizon_is_an_error():
    measure = Measure(PHASES, NUMBERS, first_and_last, horizon=(1000, 2000))
    with pytest.raises(ValueError, match="a rest of 500 steps ends before step 1000"):
        seen_in(View("all", PAPER), clock(steps=500), measure)


def test_windows_beyond_the_end_of_a_short_rest_are_left_out():
    measure = Measure(PHASES, NUMBERS, first_and_last)
    assert {view.window for view in views_of(measure, {"quiescent": Rest(30, 250)})} == {PAPER, "0-100", "100-200"}


@pytest.mark.parametrize(
    ("counting", "every", "said"), [(19, 1, False), (20, 1, True), (20, 13, True), (20, 14, False)]
)
def test_over_valid_steps_fewer_than_twenty_trials_or_five_percent_say_nothing(counting, every, said):
    def mean_step(seen, _known, _rng):
        return {"mean": PerTrial(np.nanmean(np.where(np.isfinite(seen.decoded[..., 0]), 1.0, np.nan), 0))}

    resting = clock()
    resting.valid[:, counting:] = False
    resting.valid[np.arange(len(resting.valid)) % every > 0] = False  # of 30 trials, 2/3 in every 13th step are 5.1 %
    measure = Measure(PHASES, {"mean": Quantity("", "mean", error=True)}, mean_step)
    activities = {"active": clock(steps=100), "quiescent": resting}
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="empty slice"):
        result = apply_to_views(measure, PHASES, activities, lambda _: np.random.default_rng(0), {})
    rest = result.sel(phase="quiescent", window=PAPER)
    assert bool(rest["mean"].sel(reading="valid").notnull()) == said
    assert bool(rest["mean_stderr"].sel(reading="valid").notnull()) == said
    assert rest["mean"].sel(reading="all").notnull()
    np.testing.assert_array_equal(rest[COUNTED], [30, counting])


def test_states_are_kept_densely_at_first_and_then_sparsely_and_follow_the_window():
    kept = kept_steps(2000)
    states = np.broadcast_to(kept[:, None, None], (len(kept), 3, 2)).astype(np.float32)
    resting = activity(clock(3).decoded, states=states, space=BOX)._replace(kept=kept)
    for begin, end in WINDOWS.values():
        part = resting.between(begin, end)
        np.testing.assert_array_equal(part.states[:, 0, 0], part.kept + begin)
        np.testing.assert_array_equal(part.decoded_at_states[:, 0, 0], part.kept + begin)
        assert 40 <= len(part.kept) <= 50
