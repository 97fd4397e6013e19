"""Grid and border scores of ideal maps, and of noise."""

import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from quiescent.measures.border import border_scores
from quiescent.measures.grid_scores import THRESHOLD, autocorrelograms, grid_scores, peak_distances

SIDE = 20
X, Y = np.meshgrid(*[(np.arange(SIDE) + 0.5) / SIDE] * 2, indexing="ij")


def waves(spacing, *angles, shift=(0.1, 0.03)):
    """Add plane waves whose crests lie so far apart (fraction of the side), at angles in degrees."""
    turns = np.radians(angles)
    along = [np.cos(turn) * (X - shift[0]) + np.sin(turn) * (Y - shift[1]) for turn in turns]
    return sum(np.cos(2 * math.pi * one / spacing) for one in along)


def hexagonal(spacing, turn=0.0):
    """Make a map whose fields lie so far apart (fraction of the side): three waves."""
    crests = spacing * math.sqrt(3) / 2
    return waves(crests, *(turn + np.array([0, 60, 120])))


@pytest.mark.parametrize("spacing", [0.3, 0.4, 0.5])
@pytest.mark.parametrize("turn", [0, 11, 25])
def test_a_hexagonal_map_has_high_scores_and_six_peaks_at_its_spacing(spacing, turn):
    maps = hexagonal(spacing, turn)[None]
    maximum, annulus = grid_scores(maps)
    assert maximum > 1
    assert annulus > 1
    assert peak_distances(autocorrelograms(maps)) == pytest.approx(spacing * SIDE, abs=0.5)


@pytest.mark.parametrize("spacing", [0.25, 0.35, 0.45])
@pytest.mark.parametrize("turn", [0, 10, 33])
def test_squares_score_below_zero_and_bands_far_below_hexagons(spacing, turn):
    maximum, annulus = grid_scores(np.stack([waves(spacing, turn, turn + 90), waves(spacing, turn)]))
    assert maximum[0] < 0
    assert annulus[0] < -1
    assert maximum[1] < THRESHOLD
    assert not annulus[1] > THRESHOLD


def test_scores_change_neither_with_size_nor_sign_nor_a_constant_nor_a_quarter_turn():
    rng = np.random.default_rng(0)
    maps = gaussian_filter(rng.normal(size=(40, SIDE, SIDE)), (0, 1.5, 1.5)).astype(np.float32)
    expected = grid_scores(maps)
    for other in (8 * maps, -maps, maps + 1, np.rot90(maps, axes=(1, 2))):
        for one, same in zip(grid_scores(other), expected, strict=True):
            np.testing.assert_allclose(one, same, atol=0.02)


def test_autocorrelograms_are_the_correlations_of_what_overlaps():
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(3, 12, 14))
    maps[:, 3, 5] = np.nan
    grams = autocorrelograms(maps)
    assert grams.shape == (3, 23, 27)
    for u, v in [(0, 0), (3, -2), (-5, 6)]:
        one = maps[:, max(u, 0) : 12 + min(u, 0), max(v, 0) : 14 + min(v, 0)].reshape(3, -1)
        other = maps[:, max(-u, 0) : 12 + min(-u, 0), max(-v, 0) : 14 + min(-v, 0)].reshape(3, -1)
        both = np.isfinite(one[0] + other[0])
        expected = [np.corrcoef(a[both], b[both])[0, 1] for a, b in zip(one, other, strict=True)]
        np.testing.assert_allclose(grams[:, 11 + u, 13 + v], expected, atol=1e-4)
    assert (grams[:, 0, 0] == 0).all()  # one bin overlaps


def test_a_map_without_structure_has_no_score_and_a_single_field_none_from_six_peaks():
    constant, field = np.full((SIDE, SIDE), 0.7), np.exp(-(np.square(X - 0.5) + np.square(Y - 0.5)) / 0.02)
    maximum, annulus = grid_scores(np.stack([constant, field]))
    assert np.isnan(maximum[0])
    assert np.isnan(annulus[0])
    assert maximum[1] < 0.1


def test_a_fixed_threshold_passes_many_maps_of_smoothed_noise():
    rng = np.random.default_rng(0)
    maps = gaussian_filter(rng.normal(size=(600, SIDE, SIDE)), (0, 1.5, 1.5))
    assert 0.1 < np.mean(grid_scores(maps).maximum > THRESHOLD) < 0.25


def test_a_field_along_a_whole_wall_has_the_border_score_of_its_closed_form():
    for width in (1, 2, 3):
        wall = (np.arange(SIDE)[:, None] < width) * np.ones((SIDE, SIDE))
        # Bins are so far from that wall on average, but those near its ends are nearer to the other walls.
        distances = np.minimum.reduce([X, Y, 1 - Y])[:width] * 2
        far = distances.mean()
        for turned in (wall, wall.T, wall[::-1]):
            assert border_scores(turned[None]) == pytest.approx((1 - far) / (1 + far))


def test_a_field_in_the_middle_or_none_is_no_border():
    field = np.exp(-(np.square(X - 0.5) + np.square(Y - 0.5)) / 0.01)
    half = (X < 0.1) & (Y < 0.5)
    both = half | ((X < 0.1) & (Y > 0.6))
    scores = border_scores(np.stack([field, np.zeros_like(X), -field, half, both]).astype(float))
    assert scores[0] == -1
    assert np.isnan(scores[1:3]).all()
    assert scores[3] == pytest.approx((0.5 - 0.09) / (0.5 + 0.09), abs=0.03)
    assert scores[4] == pytest.approx(scores[3], abs=0.03)  # two fields are not one
