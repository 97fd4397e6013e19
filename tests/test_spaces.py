"""Laws that every space obeys, and the closed forms of boxes and circles."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from made import BOX, CIRCLE, wrap
from scipy.integrate import trapezoid
from scipy.stats import gaussian_kde

from quiescent.spaces import SPACES, Box, NoSpread, Space, Track, from_text, to_text

LINE = Box(((-0.5, 1.5),))
MAZE = Track(
    ((-1.2, 1.2), (-0.2, 1.2)),
    tuple(((0.0, 0.0), (0.0, 1.0), (end, 1.0)) for end in (-1.0, 1.0)),
    (("home", (0.0, 0.0), 0.1), ("left", (-1.0, 1.0), 0.1)),
)
ALL = (LINE, BOX, CIRCLE, MAZE)
INSIDE = st.floats(-3.1, 3.1)


@pytest.fixture(params=ALL, ids=lambda space: f"{space.kind}_{len(space.bounds)}")
def space(request):
    return request.param


def points_in(space, shape=(60, 7), seed=0, fraction=0.3):
    """Sample points of that shape about the centre of a space, spread over a fraction of it."""
    low, high = np.array(space.bounds).T
    return np.random.default_rng(seed).normal((low + high) / 2, fraction * (high - low) / 2, (*shape, len(low)))


def test_every_kind_of_space_is_registered_under_its_name(space):
    assert isinstance(space, Space)
    assert SPACES[space.kind] is type(space)
    assert len(space.axes) == len(space.bounds)


@given(a=st.tuples(INSIDE, INSIDE), b=st.tuples(INSIDE, INSIDE))
def test_a_difference_is_antisymmetric_and_leads_from_one_point_to_the_other(a, b):
    for space in ALL:
        first, second = (np.array(point[: len(space.bounds)]) for point in (a, b))
        forth, back = space.difference(first, second), space.difference(second, first)
        np.testing.assert_allclose(space.embedded(forth), space.embedded(-back), atol=1e-9)
        np.testing.assert_allclose(space.embedded(second + forth), space.embedded(first), atol=1e-9)
        np.testing.assert_array_equal(space.difference(first, first), 0)


@given(a=INSIDE, b=INSIDE, turns=st.integers(-3, 3))
def test_a_difference_of_headings_is_the_shortest_of_all(a, b, turns):
    (difference,) = CIRCLE.difference(np.array([a]), np.array([b]))
    assert -math.pi <= difference < math.pi
    assert abs(difference) <= abs(a - b + 2 * math.pi * turns) + 1e-9


def test_a_difference_of_tensors_is_that_of_arrays(space):
    a, b = (points_in(space, seed=seed, fraction=1) for seed in (0, 1))
    tensors = space.difference(torch.from_numpy(a), torch.from_numpy(b))
    np.testing.assert_allclose(tensors.numpy(), space.difference(a, b), atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), widest=st.floats(0.01, 3.1))
def test_unwrapping_inverts_wrapping(seed, widest):
    walk = np.cumsum(np.random.default_rng(seed).uniform(-widest, widest, (100, 4, 1)), axis=0)
    unwrapped = CIRCLE.unwrapped(wrap(walk))
    np.testing.assert_allclose(unwrapped - unwrapped[0], walk - walk[0], atol=1e-9)


def test_unwrapping_goes_on_over_headings_that_are_left_out():
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.uniform(-0.3, 0.3, (100, 20, 1)), axis=0)
    gaps = rng.random(walk.shape) < 0.2
    gaps[0] = False
    unwrapped = CIRCLE.unwrapped(np.where(gaps, np.nan, wrap(walk)))
    np.testing.assert_allclose(unwrapped - unwrapped[0], np.where(gaps, np.nan, walk - walk[0]), atol=1e-9)


def test_positions_need_no_unwrapping():
    paths = points_in(BOX, fraction=3)
    np.testing.assert_array_equal(BOX.unwrapped(paths), paths)


def closed_form(space, points, weights=None):
    """Compute the spread of (point, dim) from its definition."""
    if space is CIRCLE:
        return 1 - np.abs(np.average(np.exp(1j * points[:, 0]), weights=weights))
    return np.trace(np.atleast_2d(np.cov(points.T, aweights=weights, ddof=1 if weights is None else 0)))


def test_spread_is_the_total_variance_of_positions_and_the_circular_one_of_headings(space):
    paths = points_in(space)
    spreads = space.spread(paths)
    assert spreads.shape == (7,)
    np.testing.assert_allclose(spreads, [closed_form(space, path) for path in np.moveaxis(paths, 1, 0)])


def test_spread_with_weights_is_that_of_a_population(space):
    points, weights = points_in(space, (60,)), np.random.default_rng(1).uniform(size=60)
    assert float(space.spread(points, weights)) == pytest.approx(closed_form(space, points, weights))
    assert float(space.spread(points, 5 * weights)) == pytest.approx(float(space.spread(points, weights)))
    # So many times the point, or so much weight.
    repeats = np.arange(60) % 3
    repeated = np.repeat(points, repeats, axis=0)
    expected = space.spread(repeated, np.ones(len(repeated)))
    assert float(space.spread(points, repeats.astype(float))) == pytest.approx(float(expected))


@pytest.mark.parametrize("weighted", [False, True])
def test_points_that_are_left_out_do_not_spread(space, weighted):
    paths = points_in(space)
    weights = np.random.default_rng(1).uniform(size=60) if weighted else None
    gaps = paths.copy()
    gaps[::3] = np.nan
    kept = np.arange(60) % 3 > 0
    expected = space.spread(paths[kept], weights[kept] if weighted else None)
    np.testing.assert_allclose(space.spread(gaps, weights), expected)
    gaps[1:, 2] = np.nan
    gaps[:, 4] = np.nan
    assert np.flatnonzero(np.isnan(space.spread(gaps, weights))).tolist() == [2, 4]


def test_spread_of_few_positions_is_unbiased():
    paths = np.random.default_rng(0).normal(0, [0.1, 0.3], (3, 50_000, 2))
    assert BOX.spread(paths).mean() == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize("space", [LINE, BOX])
def test_density_of_positions_is_scipys(space):
    points, probes = points_in(space, (2000,)), points_in(space, (200,), seed=1)
    expected = gaussian_kde(points.T).logpdf(probes.T)
    likely = expected > expected.max() - 4
    np.testing.assert_allclose(space.density(points).log(probes)[likely], expected[likely], atol=0.01)


def direct_sum(angles, probes):
    """Sum wrapped Gaussian kernels of Scott's bandwidth, from the circular standard deviation."""
    centred = np.exp(1j * (angles - angles[0]))
    std = math.sqrt(max(-2 * math.log(abs(centred.mean())), 0)) if np.ptp(angles) > 1e-3 else angles.std(ddof=1)
    bandwidth = min(std, math.pi / math.sqrt(3)) * len(angles) ** -0.2
    turns = 2 * math.pi * np.arange(-3, 4)
    offsets = (probes - angles[:, 0])[..., None] + turns
    return (np.exp(-0.5 * (offsets / bandwidth) ** 2) / (bandwidth * math.sqrt(2 * math.pi))).sum(-1).mean(1)


@pytest.mark.parametrize("centre", [0.0, 3.0])
def test_density_of_headings_is_a_sum_of_wrapped_kernels(centre):
    angles = wrap(np.random.default_rng(0).normal(centre, 0.4, (300, 1)))
    probes = np.linspace(-math.pi, math.pi, 101)[:, None]
    np.testing.assert_allclose(np.exp(CIRCLE.density(angles).log(probes)), direct_sum(angles, probes), atol=1e-8)


@pytest.mark.parametrize("centre", [0.0, 2.0, math.pi])
@pytest.mark.parametrize("std", [1e-5, 1e-8])
def test_headings_that_crowd_have_a_density_too(centre, std):
    unwrapped = np.random.default_rng(0).normal(centre, std, (500, 1))
    density = CIRCLE.density(wrap(unwrapped))
    near = np.linspace(centre - 6 * std, centre + 6 * std, 2001)[:, None]
    values = np.exp(density.log(wrap(near)))
    assert trapezoid(values, near[:, 0]) == pytest.approx(1, abs=1e-3)
    expected = direct_sum(unwrapped, near)
    likely = expected > 0.02 * expected.max()
    np.testing.assert_allclose(values[likely], expected[likely], rtol=0.01)
    # As good as nothing is elsewhere, and samples come from where the density is.
    assert density.log(wrap(np.array([[centre + 1.0], [centre - 2.0]]))).max() < -600
    offsets = CIRCLE.difference(density.sample(4000, np.random.default_rng(1)), np.full((1, 1), centre))
    assert offsets.std() == pytest.approx(std * math.hypot(1, 500**-0.2), rel=0.1)


def test_both_densities_of_headings_agree_where_one_takes_over_from_the_other():
    crowd = np.random.default_rng(0).normal(0, 1, (500, 1))
    probes = np.linspace(-2, 2, 50)[:, None]
    wide, narrow = (CIRCLE.density(1 + std * crowd) for std in (2.7e-3, 2.5e-3))
    assert type(wide) is not type(narrow)
    shift = math.log(2.7 / 2.5)
    np.testing.assert_allclose(wide.log(1 + 2.7e-3 * probes) + shift, narrow.log(1 + 2.5e-3 * probes), atol=0.02)


@pytest.mark.parametrize("place", [0.0, 1.0])
def test_identical_points_have_no_density(space, place):
    with pytest.raises(NoSpread):
        space.density(np.full((200, len(space.bounds)), place, np.float32))


def test_a_full_turn_away_is_the_same_heading():
    with pytest.raises(NoSpread):
        CIRCLE.density(math.pi * np.array([[1.0], [-1.0]] * 100))


@given(walls=st.lists(st.tuples(st.floats(-1e6, 0), st.floats(1e-6, 1e6)), min_size=1, max_size=2))
def test_a_space_is_read_from_what_it_was_written_as(walls):
    for space in (Box(tuple(walls)), CIRCLE):
        assert from_text(to_text(space)) == space


def test_positions_are_coloured_by_the_distance_from_the_centre_and_headings_by_themselves():
    distance, name = LINE.hue(np.array([[0.5], [1.5], [-0.5]]))
    assert name == "distance from the centre"
    np.testing.assert_allclose(distance, [0, 1, 1])
    headings, name = CIRCLE.hue(np.array([[0.5], [1.5]]))
    assert name == "heading"
    np.testing.assert_array_equal(headings, [0.5, 1.5])


def test_a_track_is_the_plane_between_its_walls():
    box, points = Box(MAZE.walls), points_in(MAZE)
    assert (MAZE.bounds, MAZE.axes, MAZE.unit, MAZE.variable) == (box.bounds, box.axes, box.unit, box.variable)
    for name in ("unwrapped", "embedded", "spread"):
        np.testing.assert_array_equal(getattr(MAZE, name)(points), getattr(box, name)(points))
    np.testing.assert_array_equal(MAZE.hue(points)[0], box.hue(points)[0])
    flat = points.reshape(-1, 2)
    np.testing.assert_array_equal(MAZE.density(flat).log(flat), box.density(flat).log(flat))


def test_how_far_points_are_from_the_lines_of_a_track():
    points = np.array([[0.1, 0.5], [0.0, -0.2], [-0.6, 1.1], [1.3, 1.4], [np.nan, 0.0]])
    np.testing.assert_allclose(MAZE.away(points), [0.1, 0.2, 0.1, 0.5, np.nan], atol=1e-12)
    assert len(MAZE.segments) == 3  # the stem once


def test_points_on_one_straight_line_have_a_density_on_a_track_that_integrates_to_one():
    rng = np.random.default_rng(0)
    along = rng.normal(0.2, 0.1, 2000)
    points = along[:, None] * [0.6, 0.8]
    with pytest.raises(NoSpread):
        BOX.density(points)
    density = MAZE.density(points)
    x, y = (np.linspace(-0.6, 0.9, 301) for _ in range(2))
    nodes = np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)
    values = np.exp(density.log(nodes)).reshape(301, 301)
    assert trapezoid(trapezoid(values, y), x) == pytest.approx(1, abs=0.01)
    drawn = density.sample(20_000, rng)
    across, width = drawn @ [0.8, -0.6], np.std(along, ddof=1) * 2000**-0.2
    assert across.mean() == pytest.approx(0, abs=0.001)
    assert across.std() == pytest.approx(width, rel=0.03)
    assert (drawn @ [0.6, 0.8]).std() == pytest.approx(math.hypot(along.std(), width), rel=0.03)
    with pytest.raises(NoSpread):
        MAZE.density(points[:1].repeat(9, 0))
