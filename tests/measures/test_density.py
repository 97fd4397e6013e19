"""Kernel densities against scipy and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import gaussian_kde, kstest, vonmises

from quiescent.spaces.density import CircleDensity, PlaneDensity, UniformDensity


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


def test_draws_of_a_plane_density_follow_it():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 1))
    kde = gaussian_kde(points.T)
    draws = PlaneDensity(points).draw(3000, rng)[:, 0]
    assert kstest(draws, np.vectorize(lambda x: kde.integrate_box_1d(-np.inf, x))).pvalue > 0.01


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
    box = ((-1.1, 1.1), (-1.0, 1.0))
    density = UniformDensity(box)
    draws = density.draw(2000, np.random.default_rng(0))
    np.testing.assert_allclose(density.log(draws), -math.log(2.2 * 2.0))
    assert kstest(draws[:, 0], "uniform", (-1.1, 2.2)).pvalue > 0.01
