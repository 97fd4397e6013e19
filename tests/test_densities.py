"""Densities, their powers and their scores, against scipy and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import BOX, CIRCLE
from scipy import integrate
from scipy.stats import gaussian_kde, kstest, vonmises

from quiescent.spaces import NoSpread, UniformDensity
from quiescent.spaces.circle import CircleDensity
from quiescent.spaces.density import ExactDensity, PlaneDensity
from quiescent.spaces.score import gaussian_score, kernel_score
from quiescent.spaces.tempered import Tempered


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("n", [60, 20_000])
def test_binned_density_equals_scipys_kernel_density(dim, n):
    rng = np.random.default_rng(dim)
    mixing = np.array([[1.0, 0.6], [0.0, 0.3]])[:dim, :dim]
    points = np.concatenate([rng.normal(size=(n // 2, dim)) @ mixing, rng.uniform(-2, 1, (n // 2, dim))])
    probes = rng.uniform(-3, 2, (500, dim))
    exact = gaussian_kde(points.T).logpdf(probes.T)
    binned = PlaneDensity(points).log(probes)
    for depth, tolerance in ((4, 0.01), (14, 0.05)):  # nats below the peak, relative error of the density
        likely = exact > exact.max() - depth
        assert likely.sum() > 50
        np.testing.assert_allclose(binned[likely], exact[likely], atol=tolerance, rtol=0)


@pytest.mark.parametrize("dim", [1, 2])
def test_exact_density_is_scipys_kernel_density(dim, monkeypatch):
    rng = np.random.default_rng(dim)
    points, probes = rng.normal(size=(300, dim)) * [1.0, 0.01][:dim], rng.normal(size=(100, dim))
    expected = gaussian_kde(points.T).logpdf(probes.T)
    np.testing.assert_allclose(ExactDensity(points).log(probes), expected, rtol=1e-9)
    monkeypatch.setattr(ExactDensity, "BLOCK", 1000)  # in many blocks as in one
    np.testing.assert_allclose(ExactDensity(points).log(probes), expected, rtol=1e-9)


@pytest.mark.parametrize("kind", [PlaneDensity, ExactDensity])
def test_samples_of_a_density_on_a_line_follow_it(kind):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 1))
    kde = gaussian_kde(points.T)
    samples = kind(points).sample(3000, rng)[:, 0]
    assert kstest(samples, np.vectorize(lambda x: kde.integrate_box_1d(-np.inf, x))).pvalue > 0.01


def test_samples_of_a_density_of_headings_follow_it():
    rng = np.random.default_rng(0)
    density = CircleDensity(vonmises.rvs(2, loc=2.5, size=(300, 1), random_state=1))
    grid = np.linspace(-math.pi, math.pi, 2001)
    below = integrate.cumulative_trapezoid(np.exp(density.log(grid[:, None])), grid, initial=0)
    samples = density.sample(3000, rng)[:, 0]
    assert kstest(samples, lambda x: np.interp(x, grid, below)).pvalue > 0.01


@settings(max_examples=15, deadline=None)
@given(centre=st.floats(-math.pi, math.pi), kappa=st.floats(0.1, 50))
def test_circle_density_integrates_to_one_and_turns_with_its_data(centre, kappa):
    angles = vonmises.rvs(kappa, size=400, random_state=1)[:, None]
    grid = np.linspace(-math.pi, math.pi, 2001)[:, None]
    values = np.exp(CircleDensity(angles).log(grid))
    assert integrate.trapezoid(values, grid[:, 0]) == pytest.approx(1, abs=1e-6)
    turned = CircleDensity(angles + centre).log(grid + centre)
    likely = values > 1e-6
    np.testing.assert_allclose(turned[likely], np.log(values)[likely], atol=1e-5)


def test_circle_density_is_a_sum_of_wrapped_gaussians():
    angles = np.array([[3.0], [-3.0], [0.5]])
    density = CircleDensity(angles)
    probes = np.linspace(-3.1, 3.1, 50)[:, None]
    turns = 2 * math.pi * np.arange(-20, 21)
    offsets = probes - angles[:, 0] + turns[:, None, None]
    kernels = np.exp(-0.5 * (offsets / density.bandwidth) ** 2) / (density.bandwidth * math.sqrt(2 * math.pi))
    np.testing.assert_allclose(np.exp(density.log(probes)), kernels.sum(0).mean(1), rtol=1e-8)


def test_uniform_density_counts_every_dimension_of_the_box():
    density = UniformDensity(((-1.1, 1.1), (-1.0, 1.0)))
    samples = density.sample(2000, np.random.default_rng(0))
    np.testing.assert_allclose(density.log(samples), -math.log(2.2 * 2.0))
    assert kstest(samples[:, 0], "uniform", (-1.1, 2.2)).pvalue > 0.01


@pytest.mark.parametrize(
    ("points", "message"),
    [(np.zeros((1, 2)), "more points than dimensions"), (np.zeros((9, 2)), "spread in every dimension")],
)
def test_a_density_says_what_it_needs(points, message):
    with pytest.raises(ValueError, match=message):
        BOX.density(points)


@pytest.mark.parametrize("number", [0, 1, 9])
def test_a_density_of_headings_needs_two_that_differ(number):
    with pytest.raises(NoSpread, match="headings that differ"):
        CIRCLE.density(np.full((number, 1), 0.3))


def test_points_on_a_slanted_line_have_no_density_on_the_plane():
    with pytest.raises(NoSpread):
        BOX.density(np.outer(np.random.default_rng(0).normal(size=500), [1.0, 0.5]))


@pytest.mark.parametrize("factor", [1.0, math.sqrt(2), 2.0])
def test_a_tempered_gaussian_has_the_variance_that_the_law_gives(factor):
    rng = np.random.default_rng(0)
    law = Tempered(BOX.density(rng.normal(0, 0.2, (50_000, 2))), 2 / factor**2, BOX)
    assert float(BOX.spread(law.points, law.weights)) == pytest.approx(2 * 0.04 * factor**2 / 2, rel=0.03)
    assert law.weights.sum() == pytest.approx(1)
    samples = law.sample(2000, rng)
    # The log density of a Gaussian, at its own samples, is minus its entropy on average.
    entropy = math.log(2 * math.pi * math.e * 0.04 * factor**2 / 2)
    assert law.log(samples).mean() == pytest.approx(-entropy, abs=0.1)


def test_a_tempered_von_mises_density_is_one_of_another_concentration():
    # exp(kappa cos)^2 is the density of concentration 2 kappa; its resultant is known.
    angles = vonmises.rvs(1.5, size=(100_000, 1), random_state=0)
    law = Tempered(CIRCLE.density(angles), 2.0, CIRCLE)
    expected = CIRCLE.spread(vonmises.rvs(3.0, size=(100_000, 1), random_state=1))
    assert float(CIRCLE.spread(law.points, law.weights)) == pytest.approx(float(expected), rel=0.03)


def test_the_score_of_a_gaussian_is_found_by_kernels_and_by_a_fit():
    rng = np.random.default_rng(0)
    points, at = (rng.normal(size=(n, 2)) * [1.0, 0.3] + [2.0, -1.0] for n in (20_000, 500))
    exact = -(at - [2.0, -1.0]) / np.square([1.0, 0.3])
    error = np.sqrt(np.square(kernel_score(points, at) - exact).mean(0) / np.square(exact).mean(0))
    assert (error < 0.2).all()
    np.testing.assert_allclose(gaussian_score(points, at), exact, atol=0.3)
