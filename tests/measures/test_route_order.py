"""Order of regions: laps, laps run backwards, and noise that must not look like laps."""

import numpy as np
import pytest
from made import BOX, activity, leave_all_out, measured, reflected
from test_reach import SQUARE, laps


def order(phases, truth):
    phases["active"] = phases["active"]._replace(truth=truth.decoded)
    return measured("route_order", phases)


def test_laps_are_in_behaviour_s_order_and_backwards_laps_are_not():
    forth = laps()
    back = forth._replace(decoded=forth.decoded[::-1])
    result = order({"active": forth, "forth": forth, "back": back, "gone": leave_all_out(forth)}, forth)
    assert float(result["as_behaviour"].sel(phase="forth")) == 1
    assert float(result["as_behaviour"].sel(phase="back")) == 0
    # Of 12 transitions behaviour makes 4.
    np.testing.assert_allclose(result["shuffled"].sel(phase=["forth", "back"]), 1 / 3, atol=0.05)
    np.testing.assert_allclose(result["transitions"].sel(phase="forth"), np.roll(np.eye(4), 1, axis=1) / 4, atol=0.02)
    np.testing.assert_allclose(result["transitions"].sum(["from", "to"])[:3], 1)
    assert result.sel(phase="gone")[["as_behaviour", "shuffled", "transitions"]].to_array().isnull().all()


def test_white_noise_over_the_box_does_no_better_than_its_shuffled_visits():
    rng = np.random.default_rng(0)
    noise = activity(rng.uniform(-1.2, 1.2, (1000, 100, 2)), space=SQUARE)
    result = order({"active": laps(), "noise": noise}, laps()).sel(phase="noise")
    error = float(result["as_behaviour_stderr"])
    assert float(result["transitions_per_trial"]) > 30  # it reaches regions all the time
    assert float(result["as_behaviour"]) == pytest.approx(1 / 3, abs=4 * error)
    assert float(result["shuffled"]) == pytest.approx(1 / 3, abs=4 * error)


def test_in_an_open_box_every_transition_is_behaviour_s_and_the_null_says_so():
    walk = activity(reflected(np.random.default_rng(0), 3000, 100, 0.3, 0.02), space=BOX)
    result = order({"active": walk}, walk).sel(phase="active")
    assert float(result["as_behaviour"]) == float(result["shuffled"]) == 1
