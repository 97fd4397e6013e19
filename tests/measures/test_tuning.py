"""Tuning: maps of units whose rate is known, information in closed form, and p-values that are fair."""

import math

import numpy as np
import pytest
from made import BOX, CIRCLE, activity, measured, ornstein_uhlenbeck, reflected
from scipy.special import iv
from scipy.stats import binom

from quiescent.measures import tuning
from quiescent.measures.maps import bins_of, information, layout_of, mapped, resultant, similarity
from quiescent.spaces import Box

STEPS, TRIALS = 40, 200
UNTUNED = 60  # units


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(tuning, "SHUFFLES", 39)


def seen(paths, states, *, awake=True):
    made = activity(paths, states=states.astype(np.float32))
    return made._replace(truth=made.decoded) if awake else made


def paths_in_box(rng):
    return reflected(rng, STEPS, TRIALS, 0.05, 0.02)


def fields(paths, centres, width=0.35):
    return np.exp(-np.square(paths[:, :, None] - centres).sum(-1) / (2 * width**2))


def test_information_is_nothing_for_a_constant_and_one_bit_for_one_half_of_the_places():
    half, quarter = np.array([1.0, 1, 0, 0]), np.array([3.0, 0, 0, 0])
    maps = np.stack([np.full(4, 0.7), half, 9 * half, quarter, half - 1, np.zeros(4)])
    expected = [0, 1, 1, 2, np.nan, np.nan]
    np.testing.assert_allclose(information(maps, np.full(4, 0.25)), expected, atol=1e-12)


def test_information_of_a_map_of_two_bins_is_that_of_its_closed_form():
    low, high, there = 0.2, 1.1, 0.3
    mean = there * high + (1 - there) * low
    expected = there * high / mean * math.log2(high / mean) + (1 - there) * low / mean * math.log2(low / mean)
    assert information(np.array([[high, low]]), np.array([there, 1 - there])) == pytest.approx(expected)


def test_a_map_is_the_mean_state_at_every_place_and_square_where_the_space_is_not(rng):
    space = Box(((-1.0, 1.0), (0.0, 1.0)))
    layout = layout_of(space)
    assert layout.shape == (40, 20)
    points = rng.uniform((-1, 0), (1, 1), (400, 500, 2))
    states = np.stack([np.full((400, 500), 0.4), points[..., 0], points[..., 1]], -1)
    states += rng.normal(0, 0.1, states.shape)
    found = mapped(states.astype(np.float32), bins_of(points, layout), layout)
    x = np.linspace(-1, 1, 41)[1:] - 0.025
    maps = found.maps.reshape(3, 40, 20)
    np.testing.assert_allclose(maps[0], 0.4, atol=0.03)
    np.testing.assert_allclose(maps[1, 4:-4], np.broadcast_to(x[4:-4, None], (32, 20)), atol=0.03)
    assert found.occupancy.sum() == pytest.approx(1)


def test_places_never_seen_have_no_value_and_steps_left_out_take_no_part(rng):
    layout = layout_of(BOX)
    points = rng.uniform(-1.1, 0, (50, 40, 2))
    states = np.ones((50, 40, 2), np.float32)
    points[::2], states[::2] = np.nan, np.nan
    maps = mapped(states, bins_of(points, layout), layout).maps.reshape(2, 20, 20)
    assert np.isfinite(maps[:, :10, :10]).mean() > 0.95
    assert np.isnan(maps[:, 11:]).all()
    np.testing.assert_allclose(maps[np.isfinite(maps)], 1, rtol=1e-6)


def test_tuning_to_headings_has_the_resultant_length_of_its_closed_form(rng):
    angles = rng.uniform(-math.pi, math.pi, (STEPS, TRIALS, 1))
    width = 2.0
    states = np.concatenate([np.exp(width * np.cos(angles - 0.5)), np.full_like(angles, 0.3)], -1)
    result = measured("tuning", {"active": seen(angles, states)}).sel(phase="active")
    assert result["maps"].dims == ("unit", "heading")
    smoothed = math.exp(-((2 * math.pi / 40) ** 2) / 2)
    expected = [smoothed * iv(1, width) / iv(0, width), 0]
    np.testing.assert_allclose(result["resultant"], expected, atol=0.02)
    assert result["resultant_p"][0] == 1 / 40
    assert result["border"].isnull().all()
    assert resultant(np.array([[0.0, 0, 5, 0]])) == pytest.approx(1)
    assert layout_of(CIRCLE).periodic


def test_five_in_a_hundred_untuned_units_are_significant_however_slow_they_are(rng):
    """A state that moves slowly has a map of large blobs, which a fixed threshold takes for tuning."""
    slow = ornstein_uhlenbeck(rng, STEPS, TRIALS, UNTUNED, 0.97, 1.0)
    result = measured("tuning", {"active": seen(paths_in_box(rng), slow)}).sel(phase="active")
    for name in ("information", "grid_maximum", "grid_annulus", "border"):
        number = round(UNTUNED * float(result[f"{name}_units"]))
        assert binom.sf(number - 1, UNTUNED, 0.05) > 1e-3, name
        assert abs(float(result[f"{name}_p"].mean()) - 0.5) < 0.17, name
    passing = float(result["over_threshold"])
    assert passing == pytest.approx(float(result["over_threshold_shuffled"]), abs=0.12)
    assert passing > 0.05


def test_units_that_are_tuned_are_found_and_those_along_a_wall_are_borders(rng):
    paths = paths_in_box(rng)
    x, y = np.moveaxis(paths, -1, 0)
    wave = 2 * math.pi / (0.8 * math.sqrt(3) / 2)
    hexagon = sum(np.cos(wave * (math.cos(turn) * x + math.sin(turn) * y)) for turn in np.radians([10, 70, 130]))
    states = np.stack([hexagon, np.exp((x - 1.1) / 0.15), np.exp(-(x**2 + y**2) / 0.1)], -1)
    states += rng.normal(0, 0.2, states.shape)
    result = measured("tuning", {"active": seen(paths, states)}).sel(phase="active")
    least = 1 / 40
    assert (result["information_p"] == least).all()
    assert result["grid_maximum_p"][0] == result["grid_annulus_p"][0] == least
    assert result["grid_maximum"][0] > 1
    assert (result["grid_annulus_p"][1:] > 0.05).all()
    assert result["border_p"][1] == least
    assert result["border"][1] > 0.6
    assert result["border"][2] < 0


def test_tuning_at_rest_is_alike_where_units_keep_their_fields_and_not_where_they_swap_them(rng):
    centres = rng.uniform(-1, 1, (12, 2))
    paths, other = paths_in_box(rng), paths_in_box(rng)
    phases = {
        "active": seen(paths, fields(paths, centres)),
        "quiescent": seen(other, 0.5 * fields(other, centres), awake=False),
        "swapped": seen(other, fields(other, rng.permuted(centres, axis=0)), awake=False),
    }
    result = measured("tuning", phases)
    alike = result["similarity_mean"]
    assert (alike.sel(phase=["active", "quiescent"]) > 0.95).all()
    assert alike.sel(phase="swapped") < 0.4
    assert (result["similarity_other"] < 0.4).all()
    tested = result["information_p"].notnull().all("unit")
    assert list(tested.sel(phase=list(phases))) == [True, False, False]  # a decoded place is bound to the states


def test_similarity_is_a_correlation_over_the_bins_that_both_have():
    one, other = np.array([[1.0, 2, 3, np.nan]]), np.array([[5.0, 3, 1, 8]])
    assert similarity(one, other) == pytest.approx(-1)
    assert np.isnan(similarity(one, np.ones((1, 4)))).all()
